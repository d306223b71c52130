"""`hegui label`: files get their label, are read, verified, carried and compared, from a real process."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Hegui as Started
from tests.cli.conftest import Result
from tests.label.contract import CARRIERS

Hegui = Callable[..., Result]

CODE = "001191110102MAD55U9H0F10002"


@pytest.fixture
def hegui(hegui: Started) -> Hegui:
    """The command line, which must end with the status `code`."""

    def run(*arguments: str, code: int = 0, **environ: str) -> Result:
        done = hegui(*arguments, **environ)
        assert done.returncode == code, (done.stdout, done.stderr)
        return done

    return run


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    (folder / "deep").mkdir(parents=True)
    for name in ("photo.png", "speech.wav", "doc.md"):
        shutil.copy(CARRIERS / name, folder / name)
    shutil.copy(CARRIERS / "photo.jpg", folder / "deep" / "photo.jpg")
    (folder / ".hidden.png").write_bytes((CARRIERS / "photo.png").read_bytes())
    return folder


def rows(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def label_of(hegui: Hegui, path: Path) -> dict[str, str]:
    (row,) = rows(hegui("label", "read", str(path), "--json").stdout)
    (one,) = row["labels"]  # type: ignore[misc]
    return one["label"]  # type: ignore[no-any-return,index]


def test_a_folder_is_labelled_whole_with_a_receipt_each_and_again_does_nothing(hegui: Hegui, files: Path) -> None:
    first = rows(hegui("label", "write", str(files), "--producer", CODE, "--json").stdout)
    assert sorted(Path(str(row["file"])).name for row in first) == ["doc.md", "photo.jpg", "photo.png", "speech.wav"]
    assert all(row["changed"] for row in first)
    receipts = [row["receipt"]["id"] for row in first]  # type: ignore[index]
    assert len(set(receipts)) == 4
    again = rows(hegui("label", "write", str(files), "--producer", CODE, "--json").stdout)
    assert not any(row["changed"] for row in again)
    assert [row["label"] for row in again] == [row["label"] for row in first]
    numbers = {row["label"]["ProduceID"] for row in first}  # type: ignore[index]
    assert len(numbers) == 4


def test_a_receipt_gets_its_place_in_the_ledger(hegui: Hegui, files: Path) -> None:
    (row,) = rows(hegui("label", "write", str(files / "photo.png"), "--json").stdout)
    hegui("vault", "expire")  # does what waits for the ledger at once
    proof = json.loads(hegui("ledger", "prove", "--subject", row["receipt"]["id"], "--json").stdout)  # type: ignore[index]
    assert json.loads(proof["entry"])["type"] == "label.written"


def test_what_cannot_be_labelled_is_told_and_the_rest_goes_on(hegui: Hegui, files: Path) -> None:
    (files / "broken.png").write_bytes((CARRIERS / "photo.png").read_bytes()[:100])
    (files / "unknown.bin").write_bytes(bytes(range(256)))
    done = hegui("label", "write", str(files), "--json", code=1)
    errors = {Path(str(row["file"])).name: row["error"]["code"] for row in rows(done.stdout) if "error" in row}  # type: ignore[index]
    assert errors == {"broken.png": "LBL002", "unknown.bin": "LBL001"}
    assert (files / "unknown.bin").read_bytes() == bytes(range(256))
    assert label_of(hegui, files / "photo.png")["Label"] == "1"


def test_a_file_keeps_its_mode_and_no_draft_is_left(hegui: Hegui, files: Path) -> None:
    (files / "photo.png").chmod(0o640)
    hegui("label", "write", str(files / "photo.png"))
    assert (files / "photo.png").stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in files.iterdir()) == [".hidden.png", "deep", "doc.md", "photo.png", "speech.wav"]


def test_in_place_keeps_the_file_itself(hegui: Hegui, files: Path) -> None:
    before = (files / "speech.wav").stat().st_ino
    hegui("label", "write", str(files / "speech.wav"), "--in-place", "--producer", CODE)
    assert (files / "speech.wav").stat().st_ino == before
    assert label_of(hegui, files / "speech.wav")["ContentProducer"] == CODE


def test_a_new_file_leaves_the_old_one_and_takes_nobodys_place(hegui: Hegui, files: Path, tmp_path: Path) -> None:
    out = tmp_path / "new.png"
    hegui("label", "write", str(files / "photo.png"), "--out", str(out))
    assert (files / "photo.png").read_bytes() == (CARRIERS / "photo.png").read_bytes()
    assert label_of(hegui, out)["Label"] == "1"
    done = hegui("label", "write", str(files / "photo.png"), "--out", str(out), "--json", code=1)
    assert rows(done.stdout)[0]["error"]["code"] == "LBL123"  # type: ignore[index]


def test_a_label_of_another_producer_is_not_replaced(hegui: Hegui, files: Path) -> None:
    hegui("label", "write", str(files / "photo.png"), "--producer", CODE)
    data = (files / "photo.png").read_bytes()
    done = hegui("label", "write", str(files / "photo.png"), "--producer", "SOMEBODY-ELSE", "--json", code=1)
    assert rows(done.stdout)[0]["error"]["code"] == "LBL125"  # type: ignore[index]
    assert (files / "photo.png").read_bytes() == data


def test_a_platform_adds_its_own_elements_and_leaves_the_producers(hegui: Hegui, files: Path) -> None:
    path, platform = files / "photo.png", "00119144030008867405X220001"
    hegui("label", "write", str(path), "--producer", CODE, "--number", "n-1")
    checked = json.loads(hegui("label", "check-upload", str(path), "--write", "--platform", platform, "--json").stdout)
    assert (checked["category"], checked["attribute"]) == ("confirmed", "1")
    found = label_of(hegui, path)
    assert (found["ContentProducer"], found["ProduceID"], found["ContentPropagator"]) == (CODE, "n-1", platform)
    again = json.loads(hegui("label", "check-upload", str(path), "--write", "--platform", platform, "--json").stdout)
    assert not again["changed"]


@pytest.mark.parametrize(
    ("arguments", "category"),
    [((), "nothing_found"), (("--declared",), "possible"), (("--not-declared",), "nothing_found")],
)
def test_an_upload_without_a_label_is_what_its_user_declares(
    hegui: Hegui, files: Path, arguments: tuple[str, ...], category: str
) -> None:
    found = json.loads(hegui("label", "check-upload", str(files / "photo.png"), *arguments, "--json").stdout)
    assert found["category"] == category


def test_a_label_is_carried_over_a_conversion_that_loses_it(hegui: Hegui, files: Path) -> None:
    if shutil.which("convert") is None:
        pytest.skip("ImageMagick is not installed; tools/system-programs.sh installs it")
    before, after = files / "photo.png", files / "photo.webp"
    hegui("label", "write", str(before), "--producer", CODE)
    subprocess.run(["convert", before, "-resize", "50%", after], check=True)
    changes = rows(hegui("label", "diff", str(before), str(after), "--json", code=1).stdout)[0]["changes"]
    assert [change["kind"] for change in changes] == ["lost"]  # type: ignore[attr-defined]
    carried = json.loads(hegui("label", "carry", str(before), str(after), "--json").stdout)
    assert carried["changed"]
    assert label_of(hegui, after) == label_of(hegui, before)
    hegui("label", "diff", str(before), str(after))


def test_two_folders_are_compared_by_the_names_of_their_files(hegui: Hegui, files: Path, tmp_path: Path) -> None:
    hegui("label", "write", str(files))
    copy = tmp_path / "copy"
    shutil.copytree(files, copy)
    shutil.copy(CARRIERS / "photo.jpg", copy / "deep" / "photo.jpg")
    (copy / "doc.md").unlink()
    done = rows(hegui("label", "diff", str(files), str(copy), "--json", code=1).stdout)
    told = {Path(str(row["before"])).name: [one["kind"] for one in row["changes"]] for row in done}  # type: ignore[attr-defined]
    assert told == {"photo.jpg": ["lost"], "doc.md": [], "photo.png": ["kept"], "speech.wav": ["kept"]}
    assert next(row["after"] for row in done if str(row["before"]).endswith("doc.md")) is None


def test_signed_labels_are_trusted_by_pinned_keys_until_the_content_changes(hegui: Hegui, files: Path) -> None:
    key, public, pins = files / "key.pem", files / "public.pem", files / "pins.yaml"
    subprocess.run(["openssl", "genpkey", "-algorithm", "SM2", "-out", key], check=True, umask=0o077)
    subprocess.run(["openssl", "pkey", "-in", key, "-pubout", "-out", public], check=True)
    pins.write_text(f"{CODE}: [public.pem]\n")
    path = files / "speech.wav"
    environ = {"HEGUI_LABEL_SM2_KEY": f"file:{key}", "HEGUI_LABEL_PINNED": str(pins)}
    hegui("label", "write", str(path), "--sign", "--producer", CODE, **environ)
    (found,) = rows(hegui("label", "verify", str(path), "--json", **environ).stdout)
    assert found["security"][0]["producer"]["outcome"] == "trusted"  # type: ignore[index]
    assert found["security"][0]["producer"]["content"] == "holds"  # type: ignore[index]
    data = bytearray(path.read_bytes())
    data[1000] ^= 1
    path.write_bytes(data)
    (found,) = rows(hegui("label", "verify", str(path), "--json", code=1, **environ).stdout)
    assert found["state"] == "non_compliant"


def test_exit_statuses_tell_compliant_from_not_and_from_unknown(hegui: Hegui, files: Path) -> None:
    hegui("label", "verify", str(files / "photo.png"), code=3)
    hegui("label", "write", str(files / "photo.png"), "--producer", CODE)
    hegui("label", "verify", str(files / "photo.png"))
    hegui("label", "write", str(files / "speech.wav"), "--producer", "名 字")
    hegui("label", "verify", str(files / "speech.wav"))
    hegui("label", "verify", str(files / "speech.wav"), "--strict", code=1)


def test_a_number_leads_back_only_where_our_key_confirms_it(hegui: Hegui, files: Path) -> None:
    hegui("label", "write", str(files / "photo.png"))
    number = label_of(hegui, files / "photo.png")["ProduceID"]
    assert not json.loads(hegui("label", "code", "number", number, "--json").stdout)["is_of_exchange"]
    hegui("label", "code", "number", number[:-1] + ("0" if number[-1] != "0" else "1"), code=1)


def test_codes_are_taken_apart_and_made(hegui: Hegui) -> None:
    assert json.loads(hegui("label", "code", "explain", CODE, "--json").stdout)["valid"]
    hegui("label", "code", "explain", CODE[:-6] + "1" + CODE[-5:], code=1)
    assert hegui("label", "code", "build", "91110102MAD55U9H0F", "--model", "0002").stdout.strip() == CODE


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_command_speaks_both_languages(hegui: Hegui, files: Path, lang: str) -> None:
    path = str(files / "photo.png")
    for words in (
        ("formats",),
        ("check-upload", path, "--declared"),
        ("write", path),
        ("verify", path),
    ):
        done = hegui("--lang", lang, "label", *words)
        assert any("一" <= character <= "鿿" for character in done.stdout) == (lang == "zh"), done.stdout


def test_pipes_and_folders_are_no_files(hegui: Hegui, files: Path) -> None:
    os.mkfifo(files / "pipe.png")
    done = hegui("label", "write", str(files / "pipe.png"), "--json", code=1)
    assert rows(done.stdout)[0]["error"]["code"] == "LBL120"  # type: ignore[index]
    hegui("label", "read", str(files / "nothing"), code=1)


def test_no_command_takes_a_label_away(hegui: Hegui) -> None:
    listed = hegui("label", "--help").stdout.lower()
    assert not any(word in listed for word in ("remove", "strip", "delete", "erase", "清除", "去除"))


def test_a_format_without_a_place_gets_a_sidecar_that_knows_its_file(hegui: Hegui, files: Path) -> None:
    path = files / "photo.bmp"
    shutil.copy(CARRIERS / "photo.bmp", path)
    done = hegui("label", "write", str(path), "--json", code=1)
    assert rows(done.stdout)[0]["error"]["code"] == "LBL003"  # type: ignore[index]
    (row,) = rows(hegui("label", "write", str(path), "--sidecar", "--json").stdout)
    assert row["written"] == f"{path}.aigc.json"
    assert not rows(hegui("label", "write", str(path), "--sidecar", "--json").stdout)[0]["changed"]
    (found,) = rows(hegui("label", "read", str(path), "--json").stdout)
    assert found["sidecar"] == row["label"]
    assert path.read_bytes() == (CARRIERS / "photo.bmp").read_bytes()
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    done = hegui("label", "read", str(path), "--json", code=1)
    assert rows(done.stdout)[0]["error"]["code"] == "LBL087"  # type: ignore[index]


def test_a_mark_is_put_on_seen_again_and_makes_an_upload_suspected(hegui: Hegui, files: Path) -> None:
    pytest.importorskip("PIL", reason="the extra marks is not installed")
    paths = [files / "photo.png", files / "doc.md", files / "report.docx"]
    shutil.copy(CARRIERS / "report.docx", files / "report.docx")
    for row in rows(hegui("label", "mark", *map(str, paths), "--json").stdout):
        assert (row["changed"], row["loss"]) == (True, "none")
    for row in rows(hegui("label", "mark", *map(str, paths), "--json").stdout):
        assert not row["changed"]
    for row in rows(hegui("label", "check-mark", *map(str, paths), "--json").stdout):
        assert (row["verdict"], row["unsettled"]) == ("holds", [])
    assert "as the standard wants it" in hegui("label", "check-mark", str(paths[1])).stdout
    for path in paths:
        found = json.loads(hegui("label", "check-upload", str(path), "--json").stdout)
        assert (found["category"], found["evidence"][0]["kind"]) == ("suspected", "explicit_text")
    platform = "00119144030008867405X220001"
    hegui("label", "check-upload", str(paths[0]), "--write", "--platform", platform)
    assert label_of(hegui, paths[0])["Label"] == "3"


def test_a_mark_without_both_elements_is_refused(hegui: Hegui, files: Path) -> None:
    done = hegui("label", "mark", str(files / "doc.md"), "--text", "made by a machine", "--json", code=1)
    assert rows(done.stdout)[0]["error"]["code"] == "LBL101"  # type: ignore[index]


@pytest.mark.parametrize("name", ["speech.wav", "speech.mp3", "clip.mp4"])
def test_sound_and_video_bear_their_marks_and_keep_their_label(hegui: Hegui, files: Path, name: str) -> None:
    if shutil.which("ffmpeg") is None:
        pytest.skip("ffmpeg is not installed; tools/system-programs.sh installs it")
    path = files / name
    shutil.copy(CARRIERS / name, path)
    hegui("label", "write", str(path), "--producer", CODE)
    label = label_of(hegui, path)
    (done,) = rows(hegui("label", "mark", str(path), "--reencode", "--json").stdout)
    assert done["changed"]
    assert not rows(hegui("label", "mark", str(path), "--reencode", "--json").stdout)[0]["changed"]
    assert label_of(hegui, path) == label


# What a cold reader found.

STEERS = {"Label": "1", "ContentProducer": "a\x1b]0;pwned\x07b", "ProduceID": "1\r2"}


def test_nothing_in_a_file_or_its_name_steers_the_terminal(hegui: Hegui, files: Path) -> None:
    evil = files / "e\x1b[2Jvil.json"
    evil.write_text(json.dumps({"object": "chat.completion", "choices": [], "aigc": STEERS}))
    commands = {
        ("read",): 0,
        ("verify",): 1,
        ("check-upload",): 0,
        ("write", "--producer", "P"): 1,
        ("diff", str(files / "doc.md")): 0,
    }
    for command, code in commands.items():
        said = hegui("label", *command, str(evil), code=code)
        for text in (said.stdout, said.stderr):
            assert not {"\x1b", "\x07", "\r"} & set(text), command


def test_a_file_that_cannot_be_read_is_not_called_non_compliant(hegui: Hegui, files: Path) -> None:
    (files / "loop").symlink_to(files / "loop")
    assert "LBL121" in hegui("label", "verify", str(files / "loop"), code=3).stderr


def test_several_files_go_into_a_folder_and_nowhere_else(hegui: Hegui, files: Path) -> None:
    (files / "taken").write_bytes(b"")
    for command in ("write", "mark"):
        said = hegui(
            "label", command, str(files / "photo.png"), str(files / "doc.md"), "--out", str(files / "taken"), code=1
        )
        assert said.stderr.count("LBL151") == 2


def test_folders_are_walked_however_deep(hegui: Hegui, files: Path) -> None:
    """A thousand levels were more than Python's stack."""
    deep = files / "deeper"
    deep.mkdir()
    here = os.open(deep, os.O_RDONLY)
    for _ in range(1100):
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(os.open("x.md", os.O_CREAT | os.O_WRONLY, dir_fd=here))
    os.close(here)
    assert "x.md" in hegui("label", "read", str(deep)).stdout
    subprocess.run(["rm", "-r", deep], check=True)  # which goes as deep


def test_options_that_say_nothing_without_write_are_refused(hegui: Hegui, files: Path) -> None:
    said = hegui("label", "check-upload", str(files / "photo.png"), "--out", str(files / "new.png"), code=2)
    assert "--write" in said.stderr
