"""`hegui label code`: codes of providers and numbers of content, taken apart and made."""

from __future__ import annotations

from typing import Any

import click

from hegui.faces.cli.render import print_json
from hegui.faces.cli.session import Session, pass_session

__all__ = ["code"]

as_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group()
def code() -> None:
    """Codes of providers and numbers of content (服务提供者编码、内容编号)."""


@code.command()
@click.argument("value")
@as_json_option
@pass_session
def explain(session: Session, value: str, as_json: bool) -> None:
    """Take a 27-character CODE apart, and check it (解析编码). The exit status is 1 where it is none."""
    from hegui.label import provider_code

    plain = provider_code.compact(value)
    found = provider_code.explain(plain)
    if as_json:
        parts = [
            {
                "name": part.name,
                "first": part.first,
                "last": part.last,
                "value": part.value,
                "text": part.text(session.lang),
            }
            for part in found.parts
        ]
        print_json({"code": plain, "valid": not found.faults, "parts": parts, "faults": list(found.faults)})
    else:
        for line in found.lines(session.lang):
            click.echo(line)
    click.get_current_context().exit(1 if found.faults else 0)


@code.command()
@click.argument("subject")
@click.option(
    "--service", type=click.Choice(["generation", "propagation", "unstated"]), default="generation", show_default=True
)
@click.option(
    "--model", default="0000", show_default=True, help="Four digits or capitals of your own choice (模型或应用)."
)
@click.option("--individual", is_flag=True, help="SUBJECT is an identity number (个人).")
@as_json_option
def build(subject: str, as_json: bool, **given: Any) -> None:
    """Make the code of a provider from its SUBJECT, a unified social credit code (生成编码)."""
    from hegui.label import provider_code

    made = str(provider_code.build(subject, **given))
    if as_json:
        print_json({"code": made})
    else:
        click.echo(made)


@code.command()
@click.argument("value")
@as_json_option
@pass_session
def number(session: Session, value: str, as_json: bool) -> None:
    """Say to which exchange a content NUMBER leads, once our key has confirmed it (内容编号溯源)."""
    from hegui.label.content_number import verified

    with session.system() as system:
        found = verified(value, [system.number_key])
    if as_json:
        print_json({"id": found.id, "index": found.index, "is_of_exchange": found.is_of_exchange})
    elif found.is_of_exchange:
        session.say("label.number_exchange", id=found.id, index=found.index)
    else:
        session.say("label.number_file", id=found.id, index=found.index)
