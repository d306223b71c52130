"""The command line: each command parses, calls one use case and renders."""

from hegui.faces.cli.root import main

__all__ = ["main"]
