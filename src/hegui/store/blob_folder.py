"""Keep blobs in a folder, one file each, its owner's alone.

Knows files; knows not what is in them. Works with two levels of folders above the group, from its first four characters,
so that no folder grows beyond what a file system takes: `abcd…/name` is the file `ab/cd/abcd…/name`. A deleted blob
leaves no name behind; its bytes stay on the disk until it writes over them, which is why content is sealed.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from hegui.errors import InternalError
from hegui.store.atomic_folder import AtomicFolder
from hegui.vault.blobs import check_group, check_name, check_size

__all__ = ["BlobFolder"]

REMEDY = "See whether the disk is full, and whether the user who runs hegui may read and write the folder."


class BlobFolder:
    """Implements `vault_ports.BlobStore`. Arguments as `AtomicFolder`."""

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self._files = AtomicFolder(folder, durable=durable, private=True, prunes=True)

    def put(self, name: str, data: bytes) -> None:
        place = self._place(name)
        check_size(name, data)
        try:
            self._files.replace(place, data)
        except OSError as error:
            raise self._failed(error) from error

    def get(self, name: str) -> bytes | None:
        try:
            return self._files.read(self._place(name))
        except OSError as error:
            raise self._failed(error) from error

    def has(self, name: str) -> bool:
        try:
            return self._place(name).is_file()
        except OSError as error:
            raise self._failed(error) from error

    def delete(self, name: str) -> None:
        try:
            self._files.remove(self._place(name))
        except OSError as error:
            raise self._failed(error) from error

    def list(self, group: str | None = None) -> Iterator[str]:
        if group is not None:
            yield from self._in_group(self._folder(check_group(group)))
            return
        for first in _names(self._files.root):
            for second in _names(self._files.root / first):
                for found in _names(self._files.root / first / second):
                    yield from self._in_group(self._files.root / first / second / found)

    def _in_group(self, folder: Path) -> Iterator[str]:
        for name in _names(folder):
            yield f"{folder.name}/{name}"

    def _place(self, name: str) -> Path:
        group, _, last = check_name(name).partition("/")
        return self._folder(group) / last

    def _folder(self, group: str) -> Path:
        return self._files.root / group[:2] / group[2:4] / group

    def _failed(self, error: OSError) -> InternalError:
        return InternalError("VLT016", str(self._files.root), f"the folder of blobs failed: {error.strerror}.", REMEDY)


def _names(folder: Path) -> list[str]:
    """What is in a folder, drafts left out; nothing where there is none."""
    try:
        return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))
    except (FileNotFoundError, NotADirectoryError):
        return []
