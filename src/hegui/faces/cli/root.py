"""The command `hegui`: its options, its commands, and how an error is shown.

Knows the list of commands; each lives in a file of its own. Whoever adds one adds it to `COMMANDS`.
An error of hegui goes to stderr in the language of the run, without a traceback: exit status 1, and 2 for wrong usage. With
`--json` it is a JSON object with its code and its named values.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from typing import Any

import click

from hegui import __version__
from hegui.errors import HeguiError
from hegui.faces.cli.render import show_error
from hegui.faces.cli.session import Session
from hegui.locale import LANGUAGES
from hegui.settings import CONFIG_VARIABLE, LANGUAGE_VARIABLE

__all__ = ["COMMANDS", "main"]

_OWN = "app detect doctor exchange label law ledger lexicon policy sequencer serve store user vault"

COMMANDS = {"up": "serve", **{name: name for name in _OWN.split()}}
"""Each command with the module it lives in; a gateway does not pay for those it does not run."""


AS_JSON = "hegui.as_json"
"""Whether the command line asks for JSON; known before the command is."""


class HeguiGroup(click.Group):
    """A group that brings a command when it is named, and shows an error of hegui in the language of the run."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        found = getattr(import_module(f"hegui.faces.cli.{COMMANDS[cmd_name]}"), cmd_name)
        assert isinstance(found, click.Command)
        return found

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.meta[AS_JSON] = "--json" in args
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except HeguiError as error:
            show_error(error, ctx.obj.lang if isinstance(ctx.obj, Session) else "en", as_json=ctx.meta[AS_JSON])
            ctx.exit(1)


@click.group(cls=HeguiGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    envvar=CONFIG_VARIABLE,
    metavar="FILE",
    help="Settings; without it hegui.toml, where there is one (设置文件).",
)
@click.option(
    "--lang",
    type=click.Choice(sorted(LANGUAGES)),
    envvar=LANGUAGE_VARIABLE,
    help="Language; else that of the settings or the terminal (语言).",
)
@click.version_option(__version__, prog_name="hegui", message="%(prog)s %(version)s")
@click.pass_context
def main(ctx: click.Context, config: Path | None, lang: str | None) -> None:
    """Run China's rules for generative-AI services (生成式人工智能服务合规)."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that knows no 合 gets \\u5408, and no traceback
    ctx.obj = Session(config, os.environ, lang)
