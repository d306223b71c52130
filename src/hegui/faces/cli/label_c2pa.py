"""`hegui label c2pa-sign` and `hegui label c2pa-verify`: the signed manifest beside the label."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hegui.faces.cli.label_write import receipt_document
from hegui.faces.cli.render import print_json
from hegui.faces.cli.session import Session, pass_session

if TYPE_CHECKING:
    from hegui.label.c2pa.manifest import Origin
    from hegui.label.c2pa.verify import Verified

__all__ = ["c2pa_sign", "c2pa_verify"]

a_file = click.Path(exists=True, dir_okay=False, path_type=Path)
ORIGINS: dict[str, Origin | None] = {"generated": "generated", "composite": "composite", "unknown": None}


@click.command("c2pa-sign")
@click.argument("file", type=a_file)
@click.option("--chain", required=True, type=a_file, help="Certificates in PEM, the signer's first (证书链).")
@click.option("--key", required=True, metavar="KEY", help="PEM file of the private key, or command:PROGRAM … (私钥).")
@click.option(
    "--origin", type=click.Choice(list(ORIGINS)), default="generated", show_default=True,
    help="What is stated: made by a model, of parts that a model made, or nothing (来源类型).",
)  # fmt: skip
@click.option("--agent", default="hegui", show_default=True, help="Model or service that made it (生成软件).")
@click.option("--agent-version", default="", help="Its version.")
@click.option("--parent", type=a_file, help="The file as it came, before its label was written (标识之前的原文件).")
@click.option("--tsa", metavar="URL", help="Ask this authority for a time stamp; needs the network (时间戳).")
@click.option("--out", type=click.Path(path_type=Path), help="The signed file, a new one; else FILE itself.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_session
def c2pa_sign(session: Session, /, file: Path, out: Path | None, as_json: bool, **given: Any) -> None:
    """Seal FILE, which has its label already, with a C2PA manifest (签署内容凭证).

    Last of all: visible mark, watermark, label, then this. Whatever is written into the file later makes the manifest invalid.
    """
    from hegui.label.c2pa.credentials import open_credential
    from hegui.label.c2pa.manifest import Statement
    from hegui.usecases.label_c2pa import sign_file
    from hegui.usecases.label_files import Written

    now = datetime.now(UTC)
    who = open_credential(given["chain"], given["key"], now=now, tsa_url=given["tsa"])
    said = Statement(now, ORIGINS[given["origin"]], given["agent"], given["agent_version"])
    with session.system() as system:
        done = sign_file(file, who, said, system.labelling("operator").state(), out=out, parent=given["parent"])
    if as_json:
        manifest = verified_document(done.signed.verified)
        print_json({"file": str(file), "written": str(done.path), "ingredient": done.signed.has_parent,
                    "manifest": manifest, **receipt_document(Written(done.path, done.signed.label, done.receipt))})  # fmt: skip
        return
    session.say("label.c2pa.signed", file=done.path, number=done.signed.label.produce_id, receipt=done.receipt.id)
    if done.signed.has_parent:
        session.say("label.c2pa.has_ingredient")


@click.command("c2pa-verify")
@click.argument("file", type=a_file)
@click.option("--anchors", type=a_file, help="PEM file of the roots that are trusted; without it none is (信任根).")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_session
@click.pass_context
def c2pa_verify(ctx: click.Context, session: Session, file: Path, anchors: Path | None, as_json: bool) -> None:
    """Say of FILE whether its C2PA manifest is sound and trusted, and what it states (核验内容凭证).

    The exit status is 0 where it is sound, 1 where it is broken, 3 where there is none or none can be looked for.
    """
    from hegui.usecases.label_c2pa import read_anchors, verify_file

    found = verify_file(file, anchors=read_anchors(anchors))
    if as_json:
        print_json({"file": str(file), **verified_document(found)})
    else:
        _show(session, str(file), found)
    ctx.exit({"trusted": 0, "valid": 0, "invalid": 1}.get(found.state, 3))


def verified_document(found: Verified) -> dict[str, Any]:
    """A manifest for programs."""
    return {
        "state": found.state,
        "source_types": list(found.source_types),
        "issuer": found.issuer,
        "generator": found.generator,
        "stamped_at": found.stamped_at or None,
        "stamp_trusted": found.is_stamped,
        "manifests": found.manifests,
        "codes": [asdict(code) for code in found.codes],
    }


def _show(session: Session, name: str, found: Verified) -> None:
    session.say(f"label.c2pa.state.{found.state}", file=name)
    for key in ("issuer", "generator", "stamped_at"):
        if value := getattr(found, key):
            session.say(f"label.c2pa.{key}", value=value)
    for source_type in found.source_types:
        session.say("label.c2pa.source_type", value=source_type)
    for code in found.codes:
        if code.kind == "failure":
            session.say("label.c2pa.failure", code=code.code, detail=code.detail)
