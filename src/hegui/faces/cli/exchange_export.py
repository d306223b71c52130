"""`hegui exchange export`: records with their proofs into a file, as JSON Lines or Parquet.

Knows the file: it grows beside its place under another name, so that what has the name is whole; whoever was interrupted
goes on with --resume. Knows what to show of a long run; the lines come from the use case.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

import click

from hegui.errors import InputError
from hegui.faces.cli.session import Session
from hegui.ledger import canonical
from hegui.usecases.export_exchanges import Line, Prover, export_exchanges
from hegui.usecases.ports import ExchangeFilter

__all__ = ["run_export"]

_SHOWN_EVERY = 1000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def run_export(
    session: Session, out: Path, wanted: ExchangeFilter, *, form: str, with_proofs: bool, resume: bool, force: bool
) -> None:
    """Write the export to `out`. Raises InputError EXP001 to EXP004, and what the use case raises."""
    if out.exists() and not force:
        raise InputError("EXP001", str(out), "is there already.", "Choose another name, or overwrite it with --force.")
    if form == "parquet":
        _import_parquet()
    part, note = out.with_name(out.name + ".part"), out.with_name(out.name + ".part.json")
    asked = {**_spelt(wanted), "proofs": with_proofs}
    with session.system() as system, _opened(part, note, asked, resume=resume) as file:
        after, written = _last(file)
        prover: Prover | None = system.prover() if with_proofs else None
        lines = export_exchanges(system.exchanges, system.applications, wanted, prover, after=after)
        if after is not None:
            session.say("export.resumed", count=written)
        without = 0
        for line in lines:
            file.write(_encoded(line))
            written += 1
            without += line.value["index"] is None
            if written % _SHOWN_EVERY == 0:
                _show(session, written)
        file.flush()
        os.fsync(file.fileno())
    if form == "parquet":
        _write_parquet(part, out.with_name(out.name + ".part.parquet"))
        os.replace(out.with_name(out.name + ".part.parquet"), out)
        part.unlink()
    else:
        os.replace(part, out)
    note.unlink()
    session.say("export.done", count=written, file=out)
    if without:
        session.say("export.without_place", count=without)


def _encoded(line: Line) -> bytes:
    return canonical.encode(line.value) + b"\n"


def _spelt(wanted: ExchangeFilter) -> dict[str, Any]:
    names = ("application", "user", "decision", "outcome")
    spelt: dict[str, Any] = {name: getattr(wanted, name) for name in names}
    for name in ("since", "until"):
        instant = getattr(wanted, name)
        spelt[name] = None if instant is None else instant.astimezone(UTC).isoformat()
    return spelt


def _opened(part: Path, note: Path, asked: dict[str, Any], *, resume: bool) -> BinaryIO:
    """The unfinished file, made new or taken up."""
    if not resume:
        if part.exists():
            remedy = "Go on with --resume, or remove it."
            raise InputError("EXP002", str(part), "an export was interrupted here.", remedy)
        note.write_text(json.dumps(asked), encoding="utf-8")
        return part.open("x+b")
    try:
        before = json.loads(note.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise InputError("EXP003", str(part), "there is no export to go on with.", "Begin without --resume.") from None
    if before != asked:
        remedy = "Ask for the same as before, or remove the file and begin anew."
        raise InputError("EXP004", str(part), "what is asked for differs from what was begun.", remedy)
    return part.open("r+b") if part.exists() else part.open("x+b")


def _last(file: BinaryIO) -> tuple[tuple[datetime, str] | None, int]:
    """Where the whole lines of the file end, and how many there are; half a line is cut off."""
    last, count, end = b"", 0, 0
    for line in file:
        if not line.endswith(b"\n"):
            break
        last, count, end = line, count + 1, end + len(line)
    file.seek(end)
    file.truncate()
    if not last:
        return None, 0
    record = json.loads(last)["record"]
    return (_EPOCH + timedelta(microseconds=record["started_at"]), record["id"]), count


def _show(session: Session, written: int) -> None:
    if sys.stderr.isatty():
        click.echo("\r" + session.word("export.progress").format(count=written), nl=False, err=True)


def _import_parquet() -> Any:
    try:
        import pyarrow.parquet
    except ImportError:
        remedy = 'Install it: pip install "hegui[parquet]", or export JSON Lines.'
        raise InputError("EXP005", "parquet", "the package for Parquet files is not there.", remedy) from None
    return pyarrow


def _write_parquet(part: Path, out: Path) -> None:
    """The lines as a table: a column for each member of the record, lists and objects as JSON; group by group."""
    pyarrow: Any = _import_parquet()
    writer = None
    try:
        for rows in _groups(part):
            if writer is None:
                schema = pyarrow.schema([(name, _kind(pyarrow, name)) for name in rows[0]])
                writer = pyarrow.parquet.ParquetWriter(out, schema, compression="zstd")
            writer.write_table(pyarrow.Table.from_pylist(rows, schema=writer.schema))
        if writer is None:
            pyarrow.parquet.write_table(pyarrow.table({}), out)
    finally:
        if writer is not None:
            writer.close()


def _groups(part: Path, size: int = 10_000) -> Iterator[list[dict[str, Any]]]:
    rows: list[dict[str, Any]] = []
    with part.open("rb") as file:
        for line in file:
            value = json.loads(line)
            record = value.pop("record")
            flat = {name: json.dumps(v) if isinstance(v, dict | list) else v for name, v in record.items()}
            rows.append({**flat, **value})
            if len(rows) == size:
                yield rows
                rows = []
    if rows:
        yield rows


def _kind(pyarrow: Any, name: str) -> Any:
    if name.endswith("_at"):
        return pyarrow.timestamp("us", tz="UTC")
    if name.endswith(("_characters", "_events")) or name in ("status", "index"):
        return pyarrow.int64()
    return pyarrow.bool_() if name == "streamed" else pyarrow.string()
