"""What every store of blobs does, as a class to inherit: the inheriting one makes `blobs`, empty."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from hegui.errors import InputError
from hegui.usecases.vault_ports import BlobStore
from hegui.vault import blobs as limits
from hegui.vault.faults import VaultError

A, B = "a" * 32, "b" * 32
BAD_NAMES = [
    "",
    "a",
    f"{A}",
    f"{A}/",
    f"/{A}",
    f"{A}/../x",
    "../../etc/passwd",
    f"{A}/x/y",
    f"{A}/X",
    f"{A}/x\n",
    "abc/x",
]


class BlobContract:
    one_name_for_all_threads = True

    def test_what_was_put_comes_back_whole(self, blobs: BlobStore) -> None:
        for number, data in enumerate([b"", b"x", bytes(range(256)) * 5000]):
            blobs.put(f"{A}/{number}", data)
        assert [blobs.get(f"{A}/{number}") for number in range(3)] == [b"", b"x", bytes(range(256)) * 5000]

    def test_what_is_not_there_is_none_and_deleted_without_a_word(self, blobs: BlobStore) -> None:
        assert blobs.get(f"{A}/x") is None
        blobs.put(f"{A}/xy", b"")
        assert [blobs.has(f"{A}/{name}") for name in ("x", "xy", "xyz")] == [False, True, False]
        blobs.delete(f"{A}/xy")
        blobs.delete(f"{A}/x")
        assert list(blobs.list()) == list(blobs.list(A)) == []

    def test_a_second_put_replaces_the_first(self, blobs: BlobStore) -> None:
        blobs.put(f"{A}/x", b"long one")
        blobs.put(f"{A}/x", b"two")
        assert blobs.get(f"{A}/x") == b"two"
        assert list(blobs.list()) == [f"{A}/x"]

    def test_a_group_is_listed_apart_and_in_order(self, blobs: BlobStore) -> None:
        names = [f"{A}/{number:02}" for number in range(12)]
        for name in (*reversed(names), f"{A[:-1]}b/x", f"{A}a/x", f"{B}/x"):
            blobs.put(name, b"x")
        assert list(blobs.list(A)) == names
        assert list(blobs.list("none")) == []
        assert list(blobs.list()) == sorted([*names, f"{A[:-1]}b/x", f"{A}a/x", f"{B}/x"])

    def test_all_of_a_group_can_be_deleted_while_it_is_listed(self, blobs: BlobStore) -> None:
        for number in range(5):
            blobs.put(f"{A}/{number}", b"x")
        blobs.put(f"{B}/x", b"x")
        for name in blobs.list(A):
            blobs.delete(name)
        assert list(blobs.list()) == [f"{B}/x"]
        blobs.put(f"{A}/0", b"again")
        assert blobs.get(f"{A}/0") == b"again"

    @pytest.mark.parametrize("name", BAD_NAMES)
    def test_names_that_lead_elsewhere_are_refused(self, blobs: BlobStore, name: str) -> None:
        for attempt in (
            lambda: blobs.put(name, b""),
            lambda: blobs.get(name),
            lambda: blobs.has(name),
            lambda: blobs.delete(name),
        ):
            with pytest.raises(InputError, match="VLT014"):
                attempt()

    @pytest.mark.parametrize("group", ["", "a", "../x", "A" * 32])
    def test_groups_that_lead_elsewhere_are_refused(self, blobs: BlobStore, group: str) -> None:
        with pytest.raises(InputError, match="VLT014"):
            list(blobs.list(group))

    def test_too_large_a_blob_is_refused(self, blobs: BlobStore, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(limits, "MAX_BLOB", 100)
        blobs.put(f"{A}/x", bytes(100))
        with pytest.raises(VaultError, match="VLT015"):
            blobs.put(f"{A}/x", bytes(101))
        assert blobs.get(f"{A}/x") == bytes(100)

    def test_many_threads_write_delete_and_read_whole_blobs(self, blobs: BlobStore) -> None:
        """Groups come and go beneath the writers; a reader sees one writer's bytes or none."""
        possible = {None, *(bytes([letter]) * 3000 for letter in range(8))}

        def work(letter: int) -> set[bytes | None]:
            seen, name = set(), f"{A}/x" if self.one_name_for_all_threads else f"{A}/x{letter}"
            for _ in range(15):
                blobs.put(name, bytes([letter]) * 3000)
                seen.add(blobs.get(name))
                blobs.delete(name)
            return seen

        with ThreadPoolExecutor(8) as threads:
            for seen in threads.map(work, range(8)):
                assert seen <= possible
        assert list(blobs.list()) == []
