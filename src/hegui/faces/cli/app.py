"""`hegui app`: applications and their keys."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Any

import click

from hegui.faces.cli.render import print_json, print_table
from hegui.faces.cli.session import Session, pass_session, shown_instant
from hegui.label.policy import LabelPolicy
from hegui.usecases.applications import (
    DEFAULT_POLICY,
    NewApplication,
    add_application,
    list_applications,
    rotate_key,
)

__all__ = ["app"]

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group()
def app() -> None:
    """Applications that call the gateway, and their keys (应用与密钥)."""


@app.command("add")
@click.argument("name")
@click.option(
    "--upstream",
    required=True,
    metavar="URL",
    help="Base URL of the model server, such as http://127.0.0.1:8000/v1 (上游地址).",
)
@click.option("--upstream-key-env", metavar="VAR", help="Environment variable that holds the credential for it.")
@click.option(
    "--model",
    "models",
    multiple=True,
    metavar="M",
    help="A model it may ask for; may be repeated; none means all (模型).",
)
@click.option("--users", default="", metavar="TEXT", help="The users it is meant for, as made public (适用人群).")
@click.option("--uses", default="", metavar="TEXT", help="The occasions and uses, as made public (适用场合与用途).")
@click.option(
    "--label",
    type=click.Choice(["head", "tail", "interface"]),
    default="tail",
    show_default=True,
    help="Where the visible label stands (显式标识).",
)
@click.option(
    "--label-language",
    type=click.Choice(["zh", "en"]),
    default="zh",
    show_default=True,
    help="Language of the default wording.",
)
@click.option("--label-text", metavar="TEXT", help="Wording of your own: with 人工智能 or AI, and with 生成 or 合成.")
@click.option("--no-implicit-label", is_flag=True, help="Leave out the aigc object (隐式标识).")
@click.option(
    "--policy", default=DEFAULT_POLICY, show_default=True, metavar="NAME", help="Screening policy (筛查策略)."
)
@as_json
@pass_session
def add(
    session: Session,
    /,
    as_json: bool,
    label: Any,
    label_language: str,
    label_text: str | None,
    no_implicit_label: bool,
    users: str,
    uses: str,
    **given: Any,
) -> None:
    """Add an application and print its key, once (添加应用)."""
    policy = LabelPolicy(label, label_language, label_text, not no_implicit_label)
    wanted = NewApplication(label=policy, stated_users=users, stated_uses=uses, **given)
    with session.system() as system:
        names = system.policies.names
        added, key = add_application(system.applications, wanted, policies=names, now=system.clock())
    if as_json:
        print_json({**asdict(added), "api_key": key})
        return
    session.say("app.added", name=added.name)
    click.echo(key)


@app.command("list")
@as_json
@pass_session
def list_(session: Session, /, as_json: bool) -> None:
    """List the applications (列出应用)."""
    with session.system() as system:
        found = list_applications(system.applications)
    if as_json:
        print_json(found)
    elif not found:
        session.say("app.none")
    else:
        columns = ("name", "upstream", "models", "policy", "label", "created")
        every_model = session.word("app.value.every_model")
        print_table(
            [session.word(f"app.column.{column}") for column in columns],
            [
                (
                    one.name,
                    one.upstream,
                    ", ".join(one.models) or every_model,
                    one.policy,
                    one.label.explicit,
                    shown_instant(one.created_at),
                )
                for one in found
            ],
        )


@app.command("rotate-key")
@click.argument("name")
@click.option(
    "--grace-seconds",
    type=int,
    default=0,
    show_default=True,
    metavar="N",
    help="How long the other keys still work (宽限秒数).",
)
@as_json
@pass_session
def rotate(session: Session, /, name: str, grace_seconds: int, as_json: bool) -> None:
    """Give an application a new key and print it, once (更换密钥)."""
    with session.system() as system:
        now = system.clock()
        owner, key = rotate_key(system.applications, name, now=now, grace_seconds=grace_seconds)
    others_end_at = now + timedelta(seconds=grace_seconds)
    if as_json:
        print_json({"name": owner.name, "id": owner.id, "api_key": key, "other_keys_end_at": others_end_at})
        return
    session.say("app.rotated", name=owner.name)
    click.echo(key)
    if grace_seconds:
        session.say("app.others_end_at", instant=shown_instant(others_end_at))
    else:
        session.say("app.others_ended")
