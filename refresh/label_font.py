"""Rebuild src/hegui/label/data/fonts/label.otf: the glyphs that marks on pictures and pages are drawn with.

Origin: Noto Sans CJK SC Regular (© 2014-2021 Adobe; SIL Open Font License 1.1), as Debian's package fonts-noto-cjk has it.
The copyright line names no Reserved Font Name; Noto is a trademark, so the subset bears a name of its own. Kept: ASCII, the
punctuation and the Chinese characters below (every wording hegui offers and those an operator is likely to want). Dropped:
everything else, and layout features. Glyphs are renumbered so that a glyph's CID is its index, which is what a PDF needs.

    apt-get install fonts-noto-cjk
    python3 -m venv /tmp/font && /tmp/font/bin/pip install fonttools==4.68.0
    /tmp/font/bin/python refresh/label_font.py
"""

from __future__ import annotations

import argparse
from io import BytesIO
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SOURCE = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
TARGET = ROOT / "src/hegui/label/data/fonts/label.otf"
FAMILY = "Noto Sans CJK SC"
NAME = "Hegui Label"

PUNCTUATION = " ，。、：；！？（）【】《》「」『』“”‘’…—·～｜©"
# A line a subject: the elements; what it is; who and how; how sure; what to mind.
CHARACTERS = """
人工智能生成合深度
本内容由文字图片像画照视频音乐声语讲话对白段篇章节目页面回答复此该这份作品物件档资料
经使用利借助通过采大模型算法技术系统机器自动辅编辑改修创制写绘译配润色总结摘要处理渲染换脸拟
含有包括部分全均为属于可能疑似非真实事虚构数字形象场景情仅供参考请注意谨慎甄别核实辨识判断
标识明示提说声警告公司平台服务提供者用户发布传播第三方及其与和的或不代表构观点立意见医疗法律投建议责任
"""
SIZE = range(16_000, 60_001)
"""Bytes that a sound subset has."""


def wanted() -> str:
    """The characters of the subset, each once."""
    ascii_ = "".join(map(chr, range(0x20, 0x7F)))
    return "".join(dict.fromkeys(ascii_ + PUNCTUATION + "".join(CHARACTERS.split())))


def source(path: Path) -> Any:
    """The face called FAMILY in the collection."""
    from fontTools.ttLib import TTCollection  # here, so that the tests can read the list without the package

    faces = TTCollection(path, lazy=True).fonts
    return next(face for face in faces if face["name"].getDebugName(1) == FAMILY)


def subset(font: Any) -> None:
    """Leave only the wanted glyphs."""
    from fontTools.subset import Options, Subsetter

    options = Options(layout_features=[], name_IDs=[0, 1, 2, 4, 6, 7, 13, 14], notdef_outline=True, desubroutinize=True)
    options.drop_tables += ["VORG", "vhea", "vmtx", "BASE", "GSUB", "GPOS", "GDEF", "DSIG"]
    subsetter = Subsetter(options)
    subsetter.populate(text=wanted())
    subsetter.subset(font)
    missing = set(map(ord, wanted())) - set(font.getBestCmap())
    if missing:
        raise SystemExit(f"label_font.py: {path_name(font)} lacks {''.join(map(chr, sorted(missing)))}")


def path_name(font: Any) -> str:
    return str(font["name"].getDebugName(4))


def renumber(font: Any) -> None:
    """Make the CID of every glyph its index."""
    cff = font["CFF "].cff
    top = cff.topDictIndex[0]
    old = list(font.getGlyphOrder())
    new = {name: name if name == ".notdef" else f"cid{index:05d}" for index, name in enumerate(old)}
    strings = top.CharStrings
    strings.charStrings = {new[name]: value for name, value in strings.charStrings.items()}
    top.charset = [new[name] for name in old]
    widths = font["hmtx"].metrics
    font["hmtx"].metrics = {new[name]: width for name, width in widths.items()}
    for table in font["cmap"].tables:
        if hasattr(table, "cmap"):
            table.cmap = {code: new[name] for code, name in table.cmap.items()}
    font.setGlyphOrder([new[name] for name in old])
    top.CIDCount = len(old)


def rename(font: Any) -> None:
    """Give the subset its own name; the copyright and the licence stay."""
    names = font["name"]
    names.names = [record for record in names.names if record.platformID == 3 and record.langID == 0x409]
    postscript = NAME.replace(" ", "") + "-Regular"
    for number, text in ((1, NAME), (2, "Regular"), (4, NAME), (6, postscript)):
        names.setName(text, number, 3, 1, 0x409)
    cff = font["CFF "].cff
    cff.fontNames = [postscript]
    cff.topDictIndex[0].FullName, cff.topDictIndex[0].FamilyName = NAME, NAME


def built(path: Path) -> bytes:
    """The bytes of the subset; the same source gives the same bytes."""
    font = source(path)
    subset(font)
    renumber(font)
    rename(font)
    font["head"].modified = font["head"].created
    font.recalcTimestamp = False
    out = BytesIO()
    font.save(out, reorderTables=True)
    return out.getvalue()


def main() -> None:
    """Build, check, write."""
    parser = argparse.ArgumentParser(description="Rebuild the font of the marks from Noto Sans CJK SC.")
    parser.add_argument("--source", type=Path, default=SOURCE, help="font collection (default: %(default)s)")
    parser.add_argument("--output", type=Path, default=TARGET, help="file to write (default: %(default)s)")
    given = parser.parse_args()
    data = built(given.source)
    if len(data) not in SIZE:
        raise SystemExit(f"label_font.py: {len(data)} bytes; {SIZE.start} to {SIZE.stop - 1} were expected")
    given.output.parent.mkdir(parents=True, exist_ok=True)
    given.output.write_bytes(data)
    print(f"{given.output}: {len(data)} bytes, {len(wanted())} characters")


if __name__ == "__main__":
    main()
