"""Settings: where they come from, what is refused, and that every one is documented."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from pathlib import Path

import pytest

from hegui.errors import FileFaults, InputError
from hegui.settings import TABLE, BelowMinimum, Keep, Settings, as_markdown
from hegui.vault.periods import Period
from hegui.vault.retention import KINDS, check_schedule
from hegui.vault.retention_files import retention_law

PAGE = Path(__file__).parents[1] / "docs" / "settings.md"


def faults(environ: dict[str, str], file: Path | None = None) -> dict[str, str]:
    with pytest.raises(FileFaults) as caught:
        Settings.read(environ, file)
    assert caught.value.code == "SET001"
    return dict(caught.value.faults)


def written(folder: Path, text: str) -> Path:
    file = folder / "hegui.toml"
    file.write_text(text, "utf-8")
    return file


def test_nothing_stated_gives_the_defaults() -> None:
    settings = Settings.read({"PATH": "/bin"}, None)
    assert settings == Settings()
    assert settings.given == frozenset()
    assert settings.database_url == "sqlite:///state/hegui.sqlite3"
    assert (settings.server.port, settings.locale, settings.evidence.durability) == (8642, "zh", "before_last_byte")


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = written(tmp_path, 'state_dir = "/var/lib/hegui"\n[server]\nport = 1\nmax_body_bytes = "2 MiB"\n')
    settings = Settings.read({"HEGUI_SERVER_PORT": "2"}, file)
    assert settings.server.port == 2
    assert settings.server.max_body_bytes == 2 << 20
    assert settings.database_url == "sqlite:////var/lib/hegui/hegui.sqlite3"
    assert settings.given == {"state_dir", "server.port", "server.max_body_bytes"}


def test_an_empty_variable_counts_as_not_set() -> None:
    assert Settings.read({"HEGUI_SERVER_PORT": "", "HEGUI_CONFIG": "x"}, None) == Settings()


def test_all_faults_of_file_and_environment_come_at_once(tmp_path: Path) -> None:
    file = written(tmp_path, 'locale = "fr"\n[server]\nprot = 1\nport = true\n[evidence]\nqueue_max = 0\n')
    found = faults({"HEGUI_LEXICON_POLL_SECONDS": "-1", "HEGUI_SERVER_PROT": "1"}, file)
    assert list(found) == [
        "locale",
        "server.prot",
        "server.port",
        "evidence.queue_max",
        "HEGUI_LEXICON_POLL_SECONDS",
        "HEGUI_SERVER_PROT",
    ]
    assert found["server.prot"].endswith("Did you mean server.port?")
    assert found["HEGUI_SERVER_PROT"].endswith("Did you mean HEGUI_SERVER_PORT?")


def test_the_ledger_lies_in_the_state_folder_unless_told(tmp_path: Path) -> None:
    settings = Settings.read({"HEGUI_STATE_DIR": "s"}, None)
    assert (settings.ledger_folder, settings.ledger_key) == (Path("s/ledger"), Path("s/ledger-key"))
    file = written(tmp_path, '[ledger]\nfolder = "f"\nkey = "k"\nserve = true\nwitnesses_required = 0\n')
    settings = Settings.read({"HEGUI_LEDGER_PUBLIC_URL": "https://log.example/hegui/"}, file)
    assert (settings.ledger_folder, settings.ledger_key, settings.ledger.serve) == (Path("f"), Path("k"), True)
    assert settings.ledger.public_url == "https://log.example/hegui"
    assert list(faults({}, written(tmp_path, "[ledger]\nserve = 1\n"))) == ["ledger.serve"]


def test_an_unknown_name_like_no_other_gets_no_suggestion() -> None:
    assert faults({"HEGUI_XYZZY": "1"}) == {"HEGUI_XYZZY": "is not a setting."}


@pytest.mark.parametrize(
    ("variable", "raw"),
    [
        ("HEGUI_SERVER_PORT", "65536"),
        ("HEGUI_SERVER_PORT", "http"),
        ("HEGUI_SERVER_MAX_STREAMS", "1.5"),
        ("HEGUI_SERVER_MAX_STREAMS", "0"),
        ("HEGUI_SERVER_MAX_BODY_BYTES", "10 MB"),
        ("HEGUI_SERVER_MAX_BODY_BYTES", "0 KiB"),
        ("HEGUI_UPSTREAM_IDLE_SECONDS", "inf"),
        ("HEGUI_UPSTREAM_IDLE_SECONDS", "0"),
        ("HEGUI_EVIDENCE_DURABILITY", "sometimes"),
        ("HEGUI_LABEL_CONTENT_PRODUCER", " "),
        ("HEGUI_LEDGER_SERVE", "yes"),
        ("HEGUI_LEDGER_WITNESSES_REQUIRED", "-1"),
        ("HEGUI_LEDGER_ORIGIN", "a name"),
        ("HEGUI_LEDGER_ORIGIN", "a+b"),
        ("HEGUI_LEDGER_ORIGIN", "a" * 129),
        ("HEGUI_LEDGER_PUBLIC_URL", "ftp://log.example"),
        ("HEGUI_LEDGER_PUBLIC_URL", "https://log.example:x"),
        ("HEGUI_VAULT_MASTER_KEY", "00" * 32),
        ("HEGUI_VAULT_MASTER_KEY", "file:"),
        ("HEGUI_VAULT_KEEP_PROMPT", "6"),
        ("HEGUI_VAULT_KEEP_LOG", "6 months, 5 months"),
        ("HEGUI_OBJECTS_PREFIX", "no-slash"),
        ("HEGUI_OBJECTS_PREFIX", "../"),
    ],
)
def test_unusable_values_are_faults(variable: str, raw: str) -> None:
    assert list(faults({variable: raw})) == [variable]


def test_a_master_key_written_where_its_place_belongs_is_not_quoted() -> None:
    assert "abcd" not in faults({"HEGUI_VAULT_MASTER_KEY": "abcd" * 16})["HEGUI_VAULT_MASTER_KEY"]


def test_periods_are_dated_and_those_of_the_defaults_are_lawful(tmp_path: Path) -> None:
    file = written(tmp_path, '[vault.keep]\nprompt = "6 months, 3 months from 2027-01-01"\n')
    keep = Settings.read({"HEGUI_VAULT_BELOW_MINIMUM_LOG": "trial"}, file).vault.keep
    assert keep.prompt == (Period(6), Period(3, date(2027, 1, 1)))
    schedule = {kind: getattr(keep, kind) for kind in KINDS}
    assert check_schedule(schedule, retention_law(), on=date(2026, 1, 15)) == ()


def test_every_kind_has_a_period_and_a_place_for_a_reason() -> None:
    assert [entry.name for entry in fields(Keep)] == [entry.name for entry in fields(BelowMinimum)] == list(KINDS)


def test_a_file_that_is_no_toml_is_a_fault(tmp_path: Path) -> None:
    assert "as TOML" in faults({}, written(tmp_path, "port = \n"))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"SET002 .*nowhere.toml"):
        Settings.read({}, tmp_path / "nowhere.toml")


def test_every_setting_is_documented() -> None:
    page = PAGE.read_text("utf-8")
    assert len(TABLE) == 81
    for row in TABLE:
        assert f"| `{row.path}` | `{row.variable}` | {row.kind} | {row.default} |" in page
    assert page.endswith(as_markdown()), "the table of docs/settings.md is not that of hegui.settings.as_markdown()"
