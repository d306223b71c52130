"""The files of the law, parsed, and the digest that names them.

Knows a folder of YAML files, or the parsed copy of it, `compiled.json`, that comes with hegui: YAML takes a second to parse,
the copy some milliseconds. The copy is believed only while it carries the digest of the very files beside it; after any edit
the files are parsed again. Knows no word of what they say.

The digest is SHA-256 over one line for each file in the order of their paths: the SHA-256 of the file in hexadecimal,
two spaces, the path with `/`, a line feed; what `sha256sum` prints, hashed once more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

from hegui.errors import InputError
from hegui.law.entries import Entry, Faults
from hegui.law.yaml_lines import YamlFault, parse_yaml

__all__ = ["COMPILED", "DataFiles", "law_folder"]

COMPILED = "compiled.json"
MAX_BYTES = 64 * 2**20
"""All files of a law together; ours are 1 MB. A folder with more is not one of law, or not ours to read into memory."""


def law_folder() -> Path:
    """Where the law that comes with hegui lies."""
    return Path(__file__).parent / "data"


@dataclass(frozen=True)
class DataFiles:
    """A folder of data files. Paths are relative to it, with `/`."""

    folder: Path

    @cached_property
    def contents(self) -> Mapping[str, bytes]:
        """Every YAML file by its path. Raises InputError: LAW002, there is none; LAW003, they cannot be read, or are too large."""
        found = {path.relative_to(self.folder).as_posix(): path for path in self._regular()}
        if not found:
            raise InputError("LAW002", str(self.folder), "there is no law here", "Name the folder that holds the law.")
        try:
            return {name: found[name].read_bytes() for name in sorted(found)}
        except OSError as error:
            problem = f"a file cannot be read: {error.filename}: {error.strerror}"
            raise InputError("LAW003", str(self.folder), problem, "Name a folder that holds only law.") from None

    def _regular(self) -> Iterator[Path]:
        """The YAML files, pipes and folders of such a name left out. Stops before too much is read."""
        size = 0
        for path in self.folder.rglob("*.yaml"):
            if path.is_file():
                size += path.stat().st_size
                if size > MAX_BYTES:
                    problem = f"the files are larger than {MAX_BYTES} bytes together"
                    raise InputError("LAW003", str(self.folder), problem, "Name a folder that holds only law.")
                yield path

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the manifest, 64 hexadecimal digits."""
        lines = (f"{sha256(content).hexdigest()}  {name}\n" for name, content in self.contents.items())
        return sha256("".join(lines).encode()).hexdigest()

    def parsed(self, faults: Faults, *, fresh: bool = False) -> Mapping[str, Any]:
        """Every file as plain values, by path; files that are not YAML are faults. `fresh` passes over the copy."""
        copy = None if fresh else self._copy()
        return copy if copy is not None else dict(self._parse(faults))

    def entries(self, faults: Faults, *, fresh: bool = False) -> Iterator[tuple[str, Entry]]:
        """Every file as an entry whose faults name the file."""
        for name, raw in self.parsed(faults, fresh=fresh).items():
            yield name, Entry(raw, name, 1, faults)

    def compile(self) -> bytes:
        """The copy of the files as they are now, one file a line, so that a change shows as one."""
        faults = Faults()
        files = dict(self._parse(faults))
        faults.raise_if_any("LAW001", str(self.folder), "Mend the files, then run: hegui law validate")
        lines = (orjson.dumps(name) + b":" + orjson.dumps(content) for name, content in files.items())
        return b'{"digest":"%b","files":{\n%b\n}}\n' % (self.digest.encode(), b",\n".join(lines))

    @property
    def is_compiled(self) -> bool:
        """Whether the parsed copy is, byte for byte, what the files make now. Raises FileFaults (LAW001) as `compile` does."""
        try:
            return (self.folder / COMPILED).read_bytes() == self.compile()
        except OSError:
            return False

    def _copy(self) -> Mapping[str, Any] | None:
        try:
            copy = self.folder / COMPILED
            read = orjson.loads(copy.read_bytes()) if copy.stat().st_size <= MAX_BYTES else {}
            is_same = read["digest"] == self.digest and read["files"].keys() == self.contents.keys()
            return read["files"] if is_same else None
        except (OSError, ValueError, LookupError, TypeError, AttributeError):
            return None

    def _parse(self, faults: Faults) -> Iterator[tuple[str, Any]]:
        for name, content in self.contents.items():
            try:
                yield name, parse_yaml(content.decode("utf-8"))
            except UnicodeDecodeError as error:
                faults.add(name, f"byte {error.start} is not UTF-8")
            except YamlFault as fault:
                faults.add(f"{name}:{fault.line}", fault.problem)
