"""`hegui label watermark`: put a watermark into pictures, and look for it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from hegui.faces.cli.render import print_json
from hegui.faces.cli.session import Session, pass_session

__all__ = ["watermark"]

a_file = click.Path(exists=True, dir_okay=False, path_type=Path)
a_key = click.option("--key", required=True, type=a_file, help="File of 32 secret bytes, its owner's alone (密钥).")


@click.group()
def watermark() -> None:
    """A watermark in pictures, which who holds the key can detect (隐蔽水印)."""


@watermark.command()
@click.argument("file", type=a_file)
@a_key
@click.option("--number", metavar="ID", help="The content's number, of which 32 bits are kept (内容制作编号).")
@click.option("--payload", metavar="HEX", help="Or the 32 bits themselves, eight hexadecimal digits (载荷).")
@click.option("--out", type=click.Path(path_type=Path), help="The new file; else FILE itself.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_session
def embed(
    session: Session, file: Path, key: Path, number: str | None, payload: str | None, out: Path | None, as_json: bool
) -> None:
    """Put the watermark into FILE, a PNG, JPEG or WebP (嵌入水印).

    Its pixels change, so this comes before the label and before C2PA; everything else in the file stays.
    """
    from hegui.label.watermark.payload import payload_of, read_key, read_payload
    from hegui.usecases.label_watermark import embed_file

    if (number is None) == (payload is None):
        raise click.UsageError("Name the content's number with --number, or 32 bits with --payload.")
    bits = payload_of(number) if number is not None else read_payload(payload or "")
    done = embed_file(file, read_key(key), bits, out=out)
    if as_json:
        print_json(
            {
                "file": str(file),
                "written": str(done.path),
                "format": done.mark.format,
                "payload": f"{bits:08x}",
                "psnr_db": round(done.mark.likeness, 1),
                "score": round(done.mark.found.score, 2),
                "threshold": round(done.mark.found.threshold, 2),
                "breaks_c2pa": done.breaks_c2pa,
                "breaks_signature": done.breaks_signature,
            }
        )
        return
    session.say("label.watermark.embedded", file=done.path, payload=f"{bits:08x}", likeness=f"{done.mark.likeness:.1f}")
    if done.breaks_c2pa:
        session.say("label.watermark.breaks_c2pa")
    if done.breaks_signature:
        session.say("label.watermark.breaks_signature")


@watermark.command()
@click.argument("file", type=a_file)
@a_key
@click.option(
    "--cropped", is_flag=True, help="Look too for the middle of a larger picture; takes 25 times as long (裁剪)."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_session
@click.pass_context
def detect(ctx: click.Context, session: Session, file: Path, key: Path, cropped: bool, as_json: bool) -> None:
    """Say whether FILE holds the watermark of this key (检测水印).

    The exit status is 0 where it does, 3 where none was found. None found does not say that a person made it.
    """
    from hegui.label.watermark.mark import FALSE_ALARMS
    from hegui.label.watermark.payload import read_key
    from hegui.usecases.label_watermark import detect_file

    seen = detect_file(file, read_key(key), cropped=cropped)
    found = seen.found
    payload = None if found.payload is None else f"{found.payload:08x}"
    if as_json:
        said = {**asdict(found), "payload": payload, "verdict": "mark" if found.is_marked else "no_mark"}
        print_json(
            {
                "file": str(file),
                **said,
                "false_alarms": FALSE_ALARMS,
                "number": seen.number or None,
                "agrees": seen.agrees,
            }
        )
    else:
        verdict = "marked" if found.is_marked else "not_found"
        session.say(
            f"label.watermark.{verdict}", file=file, score=f"{found.score:.2f}", threshold=f"{found.threshold:.2f}"
        )
        if payload is not None:
            session.say("label.watermark.payload", payload=payload, weak=found.weak_bits)
        if seen.agrees is not None:
            session.say(f"label.watermark.{'agrees' if seen.agrees else 'differs'}", number=seen.number)
    ctx.exit(0 if found.is_marked else 3)
