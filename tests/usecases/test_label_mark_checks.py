"""Whether a file bears its explicit mark, whatever kind it is; what hegui cannot see or understand is for a person."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import pytest

from hegui.kernel.logic import Verdict
from hegui.kernel.source import Source
from hegui.label.explicit.mark import Box
from hegui.label.explicit.office_words import office_words
from hegui.label.faults import LabelError
from hegui.usecases.label_mark_checks import check_marks
from hegui.usecases.label_marks import mark_file
from hegui.usecases.mark_order import MarkOrder
from tests.label.explicit.judges import CARRIERS, need

ALL = [
    *((name, "picture") for name in ("photo.png", "photo.jpg", "photo-cmyk.jpg", "photo.webp", "photo.avif", "anim.gif")),
    *((name, "text") for name in ("plain.txt", "doc.md", "page.html", "sub.vtt")),
    *((name, "document") for name in ("report.docx", "slides.pptx", "sheet.xlsx", "doc.pdf")),
    ("speech.wav", "sound"), ("speech.m4a", "sound"), ("clip.mp4", "video"),
]  # fmt: skip


def carrier(name: str, folder: Path) -> Path:
    return Path(shutil.copy(CARRIERS / name, folder / name))


@pytest.mark.parametrize(("name", "kind"), ALL)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_was_marked_is_as_the_standard_wants_it(name: str, kind: str, language: str, tmp_path: Path) -> None:
    pytest.importorskip("PIL", reason="the extra marks is not installed")
    need("ffmpeg", "ffprobe", "jpegtran")
    path = carrier(name, tmp_path)
    before = check_marks(path)
    assert before.kind == kind
    assert before.verdict is (Verdict.FAILS if kind == "text" else Verdict.UNKNOWN)
    mark_file(path, MarkOrder("en" if language == "en" else "zh", may_reencode=True))
    after = check_marks(path)
    assert (after.verdict, after.unsettled) == (Verdict.HOLDS, ())
    assert after.words


def test_words_of_others_are_for_a_person(tmp_path: Path) -> None:
    path = tmp_path / "story.txt"
    path.write_text("从前有座山。\n\n以上文字由AI大模型生成，仅供参考", encoding="utf-8")
    found = check_marks(path)
    assert found.verdict is Verdict.UNKNOWN
    assert found.unsettled == ("is_there", "is_complete")
    assert "AI大模型生成" in found.words[0]


def test_a_mark_on_one_page_of_two_does_not_hold(tmp_path: Path) -> None:
    path = carrier("slides.pptx", tmp_path)
    mark_file(path, MarkOrder())
    other = tmp_path / "half.pptx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(other, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, data.replace("生成".encode(), "完成".encode()) if name.endswith("slide2.xml") else data)
    found = check_marks(other)
    assert found.verdict is Verdict.UNKNOWN
    assert office_words(Source.of(other.read_bytes()), "half.pptx").traces == ()  # on one of two slides it is content


def test_a_wording_of_ones_own_is_known_when_it_is_said(tmp_path: Path) -> None:
    path = carrier("doc.md", tmp_path)
    order = MarkOrder(text="本文由AI合成")
    mark_file(path, order)
    assert check_marks(path, order).verdict is Verdict.HOLDS
    assert check_marks(path).verdict is Verdict.UNKNOWN
    with pytest.raises(LabelError, match="LBL101"):
        check_marks(path, MarkOrder(text="本文"))


def test_a_region_somebody_names_is_measured_and_not_read(tmp_path: Path) -> None:
    pytest.importorskip("PIL", reason="the extra marks is not installed")
    path = carrier("photo.png", tmp_path)
    found = check_marks(path, region=Box(0, 0, 4, 4))
    assert dict(found.questions)["is_large"] is Verdict.FAILS
    assert found.ink is not None
    assert found.least_ink is not None
    assert found.ink < found.least_ink


@pytest.mark.parametrize("name", ["data.json", "table.csv", "doc-encrypted.pdf"])
def test_what_bears_no_mark_is_told_with_its_path(name: str, tmp_path: Path) -> None:
    path = carrier(name, tmp_path)
    if name.endswith(".pdf"):
        assert check_marks(path).verdict is Verdict.UNKNOWN
        return
    with pytest.raises(LabelError, match="LBL112") as raised:
        check_marks(path)
    assert raised.value.where == str(path)
