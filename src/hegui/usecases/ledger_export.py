"""Write a disclosure pack (披露包): the checkpoint, the tree, the bundles asked for, keys, the verifier, and how to use it.

Knows that a range is disclosed by leaving bundles out: the hash tiles of the whole log stay, so that every entry that is
there can be checked against the signed root, and one that is not shows its hash alone. Works file by file; a run that was
stopped goes on with the checkpoint it began with.
Rules: docs/ledger-format.md §3 and §6; docs/ledger.md, "Disclosure packs".
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Protocol

from hegui.ledger.rotation import KEYS_PATH, hand_over_path
from hegui.ledger.second import SECOND_KEYS_PATH, SecondHistory, statement_path
from hegui.ledger.tiles import CHECKPOINT_PATH, TILE_WIDTH, Tile, encode_bundle, encode_tile, tiles_of_growth
from hegui.ledger.tree import TileTree
from hegui.usecases.ledger_log import ReadLog, read_log
from hegui.usecases.ledger_ports import LedgerError, LedgerHome, Progress, silent
from hegui.usecases.ledger_second import read_second
from hegui.usecases.ledger_witnesses import known_witnesses

__all__ = ["Exported", "PackFiles", "export_pack"]

_MANIFEST = "manifest.json"
_VERIFIER = "verifier/hegui_verify.py"
_TIMESTAMP = ("checkpoint.stamped", "checkpoint.tsr")


class PackFiles(Protocol):
    """The folder of a pack."""

    def read(self, path: str) -> bytes | None:
        """The file, None where there is none."""

    def has(self, path: str) -> bool:
        """Whether the file is there, complete."""

    def write(self, path: str, data: bytes) -> None:
        """Make or replace a file."""

    def is_empty(self) -> bool:
        """Whether nothing is there."""


@dataclass(frozen=True, slots=True)
class Exported:
    """A pack that is complete; entries [start, end) are in it, whole bundles."""

    origin: str
    size: int
    start: int
    end: int
    files_written: int
    files_kept: int
    vkey: str


def export_pack(
    home: LedgerHome,
    pack: PackFiles,
    *,
    verifier: bytes,
    start: int = 0,
    end: int | None = None,
    progress: Progress = silent,
) -> Exported:
    """Write the pack, or go on with one.

    Args:
        verifier: the stand-alone verifier's source.
        start, end: the entries to disclose, half-open, all by default; rounded outwards to bundles of 256.
    Raises:
        LedgerError: LED113 the range is not within the log; LED117 the folder holds something else.
    """
    log = read_log(home, tuple(witness.key for witness in known_witnesses(home)))
    manifest = _manifest(pack)
    if manifest is None:
        if not pack.is_empty():
            raise LedgerError("LED117", "pack", "the folder is not empty and holds no pack", "Choose another folder.")
        manifest = _begin(home, log, start, end)
        pack.write(CHECKPOINT_PATH, log.opened.note.encode())
        pack.write(_MANIFEST, _encode(manifest))
    _require_same(manifest, log, start, end)
    size, first, last = manifest["size"], manifest["from"], manifest["to"]
    tree = TileTree(home.files.read, size)
    written = kept = 0
    tiles = list(_wanted(size, first, last))
    for done, tile in enumerate(tiles, 1):
        if pack.has(tile.path):
            kept += 1
        else:
            pack.write(tile.path, _bytes(tree, tile))
            written += 1
        progress(done, len(tiles))
    for path, data in _beside(home, log, size, verifier).items():
        pack.write(path, data)
        written += 1
    pack.write("README.md", _readme(manifest).encode("utf-8"))
    pack.write(_MANIFEST, _encode({**manifest, "complete": True}))
    return Exported(log.origin, size, first, last, written + 2, kept, manifest["vkey"])


def _begin(home: LedgerHome, log: ReadLog, start: int, end: int | None) -> dict[str, Any]:
    size = log.checkpoint.size
    last = size if end is None else end
    if not 0 <= start <= last <= size or (start == last and size):
        problem = f"entries {start} to {last} are not within a log of {size}"
        raise LedgerError("LED113", "ledger", problem, "Choose a range [from, to) within it.")
    signed = {found.key for found in log.opened.witnesses}
    return {
        "title": "hegui ledger disclosure pack",
        "origin": log.origin,
        "size": size,
        "root": log.checkpoint.root.hex(),
        "from": start // TILE_WIDTH * TILE_WIDTH,
        "to": min(size, (last + TILE_WIDTH - 1) // TILE_WIDTH * TILE_WIDTH),
        "asked": [start, end],
        "vkey": str(log.key),
        "witnesses": [{"vkey": one.vkey, "has_signed": one.key in signed} for one in known_witnesses(home)],
        "public_url": home.public_url,
        "complete": False,
    }


def _manifest(pack: PackFiles) -> dict[str, Any] | None:
    data = pack.read(_MANIFEST)
    if data is None:
        return None
    try:
        found = json.loads(data)
        return found if found["size"] >= 0 and found["asked"] is not None else None
    except (ValueError, KeyError, TypeError):
        raise LedgerError("LED117", _MANIFEST, "it is not that of a pack", "Choose another folder.") from None


def _require_same(manifest: dict[str, Any], log: ReadLog, start: int, end: int | None) -> None:
    """A pack is gone on with only for the same log and the same range."""
    same = manifest["origin"] == log.origin and manifest["asked"] == [start, end]
    same = same and manifest["size"] <= log.checkpoint.size
    if not same or log.tree.root(manifest["size"]).hex() != manifest["root"]:
        problem = "the folder holds a pack of another log or of another range"
        raise LedgerError("LED117", "pack", problem, "Choose another folder, or ask for the same range.")


def _wanted(size: int, start: int, end: int) -> list[Tile]:
    """The hash tiles of the whole log, and the bundles of the range."""
    return [
        tile for tile in tiles_of_growth(0, size) if tile.level is not None or start <= tile.index * TILE_WIDTH < end
    ]


def _bytes(tree: TileTree, tile: Tile) -> bytes:
    if tile.level is None:
        return encode_bundle(tree.bundle(tile.index))
    return encode_tile(tree.tile(tile.level, tile.index))


def _beside(home: LedgerHome, log: ReadLog, size: int, verifier: bytes) -> dict[str, bytes]:
    """The table of keys, the notes of their hand-overs, the time stamp, the verifier."""
    terms = tuple(term for term in log.history.terms if term.from_size <= size)
    paths = [hand_over_path(term.from_size) for term in terms[1:]]
    found = {path: home.files.read(path) or b"" for path in paths}
    for path in _TIMESTAMP:
        if (data := home.files.read(path)) is not None:
            found[path] = data
    return {**found, **_second(home, log, size), KEYS_PATH: type(log.history)(terms).encode(), _VERIFIER: verifier}


def _second(home: LedgerHome, log: ReadLog, size: int) -> dict[str, bytes]:
    """The table of SM2 keys and the notes that state them; nothing where the log stated none."""
    terms = tuple(term for term in read_second(home, log.history, log.origin).terms if term.from_size <= size)
    if not terms:
        return {}
    notes = {path: home.files.read(path) or b"" for path in (statement_path(term.from_size) for term in terms)}
    return {**notes, SECOND_KEYS_PATH: SecondHistory(terms).encode()}


def _encode(manifest: dict[str, Any]) -> bytes:
    return json.dumps(manifest, ensure_ascii=False, indent=2).encode("utf-8") + b"\n"


def _readme(manifest: dict[str, Any]) -> str:
    signed = [one["vkey"] for one in manifest["witnesses"] if one["has_signed"]]
    witnesses = "".join(f" --witness '{vkey}'" for vkey in signed)
    whole = (manifest["from"], manifest["to"]) == (0, manifest["size"])
    part = "" if whole else f" --from {manifest['from']} --to {manifest['to']}"
    command = f"python3 {_VERIFIER} verify-log --key '{manifest['vkey']}'{witnesses}{part} ."
    return _README.format(command=command, signed=", ".join(f"`{vkey}`" for vkey in signed) or "-", **_shown(manifest))


def _shown(manifest: dict[str, Any]) -> dict[str, str]:
    shown = {name: str(manifest[name]) for name in ("origin", "size", "root", "vkey")}
    return {**shown, "first": str(manifest["from"]), "end": str(manifest["to"]), "url": manifest["public_url"] or "-"}


_README = """\
# 存证日志披露包 · Ledger disclosure pack

| | |
| --- | --- |
| 日志来源名 · origin | `{origin}` |
| 条目数 · entries in the log | {size} |
| 根 · root | `{root}` |
| 本包所含条目 · entries in this pack | [{first}, {end}) |
| 日志密钥 · log key | `{vkey}` |
| 已签署的见证方 · witnesses that signed | {signed} |
| 公开地址 · public address | {url} |

## 如何核验

1. 从本包以外的渠道（合同、备案材料、经营者网站、见证方）取得日志密钥和见证方密钥，并与上表比对。只用包内给出的密钥核验，
   只能说明本包自身前后一致。
2. 需要 Python 3.11 以上版本和 `cryptography` 软件包。在本文件夹中运行：

       {command}

   退出码 0 为有效，1 为无效并说明原因，2 为未能检查。校验程序不联网、不写文件；也可以换用自己取得的 `hegui_verify.py`，
   或任何实现 RFC 9162 与 C2SP tlog-tiles 的工具。
3. 未披露的条目包不在本包中，其散列值仍在 `tile/0/` 内；已披露的每一条都逐一与签名的根核对。
4. 没有见证方签署的检查点只是经营者的自证：它说明所披露的内容一致，但不能排除经营者向他人出示过另一份日志。

条目中没有个人信息：内容另行加密保存，条目里只有加盐的摘要（SHA-256 与 SM3）。

| 文件 | 内容 |
| --- | --- |
| `checkpoint` | 签名的检查点 |
| `tile/` | 散列块；`tile/entries/` 为条目包 |
| `keys`、`rotation/` | 各时段的日志密钥及其交接文书 |
| `sm2/` | 第二签名（SM2，GB/T 32918）的密钥及日志对其的声明（如有） |
| `checkpoint.tsr`、`checkpoint.stamped` | RFC 3161 时间戳及其所盖的检查点（如有） |
| `manifest.json` | 本包的机读说明 |
| `verifier/hegui_verify.py` | 校验程序 |

## How to check it

1. Get the log's key and those of its witnesses by another way than this pack (contract, filing, the provider's site, the
   witnesses themselves) and compare them with the table above. With the keys of the pack alone you learn only that the pack
   agrees with itself.
2. You need Python 3.11 or newer and the package `cryptography`. In this folder run:

       {command}

   Exit status 0 is valid, 1 invalid with the reason, 2 could not check. The verifier opens no socket and writes no file; use
   a `hegui_verify.py` you fetched yourself, or any tool for RFC 9162 and C2SP tlog-tiles, if you prefer.
3. Bundles that are not disclosed are not here; their hashes are, in `tile/0/`. Every entry that is disclosed is checked
   against the signed root.
4. A checkpoint that no witness has signed is self-attested: the pack agrees with itself, but nobody else vouches that the
   provider never showed another log to someone else.

Entries hold no personal data: content is kept elsewhere, encrypted, and stands here only as salted digests (SHA-256, SM3).

| File | Content |
| --- | --- |
| `checkpoint` | the signed checkpoint |
| `tile/` | hash tiles; `tile/entries/` the bundles of entries |
| `keys`, `rotation/` | which key signed which sizes, and the notes by which one handed over to the next |
| `sm2/` | keys of the second signature (SM2, GB/T 32918) and the notes that state them, where there are any |
| `checkpoint.tsr`, `checkpoint.stamped` | RFC 3161 time stamp and the checkpoint it is over, where there is one |
| `manifest.json` | this table, for programs |
| `verifier/hegui_verify.py` | the verifier |
"""
