"""Read YAML that people wrote for hegui, where a key that comes twice is an error and not the last word.

Knows YAML 1.1 as PyYAML's safe loader has it; knows no file and no meaning. Whatever is wrong comes as one error with its line;
files in which every line is wanted later are read by `law.yaml_lines`.
Rules: none; this is our own (a second entry for the same provider must not silently replace the first).
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import yaml

__all__ = ["NotYamlError", "read_yaml"]


class NotYamlError(ValueError):
    """Not YAML as we read it; `line` counts from 1."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(line, problem)
        self.line = line
        self.problem = problem


def read_yaml(text: str, *, aliases: bool = True) -> Any:
    """The document in `text`.

    Args:
        aliases: whether `*name` may stand for what was said before; nested, it makes much of few bytes.
    Raises:
        NotYamlError: it cannot be read, a key comes twice, or an alias where there may be none.

    >>> read_yaml("a: 1")
    {'a': 1}
    """
    try:
        return yaml.load(text, Loader=_Loader if aliases else _WithoutAliases)  # both are safe loaders
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise NotYamlError(line, error.problem or "not YAML") from None
    except (
        yaml.YAMLError,
        ValueError,
        TypeError,
        RecursionError,
    ):  # half characters, nesting without end
        raise NotYamlError(1, "not YAML") from None


class _Loader(yaml.SafeLoader):
    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except ValueError as error:  # a 30th of February, a number without end
            raise yaml.MarkedYAMLError(problem=str(error), problem_mark=node.start_mark) from None

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen = set[Hashable]()
        for given, _ in node.value:
            key = self.construct_object(given, deep=True)
            if not isinstance(key, Hashable):
                break  # YAML has words for it
            if key in seen:
                raise yaml.MarkedYAMLError(problem=f"the key {key!r} comes twice", problem_mark=given.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep)


class _WithoutAliases(_Loader):
    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.events.AliasEvent):
            raise yaml.MarkedYAMLError(problem="an alias is not allowed", problem_mark=self.get_mark())
        return super().compose_node(parent, index)
