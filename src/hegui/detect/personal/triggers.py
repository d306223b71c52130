"""Where a number or a word of letters and digits may begin, and how it must end. Shared by the detectors of numbers.

Knows the shape of runs, no meaning. Every trigger takes one character and looks ahead, so that each place of a text is
judged by itself. Never a word boundary: beside Han characters there is none.
"""

from __future__ import annotations

import re

__all__ = ["FREE", "NOT_NUMBER", "NUMBER", "NUMBER_END", "PLAIN_END", "WORD"]

FREE = r"(?<![0-9A-Za-z].)(?<![0-9A-Za-z][-._].)"
"""After the first character: nothing that a number or word runs on from stands before it."""

NUMBER = re.compile(
    r"[0-9+(（](?<![0-9A-Za-z].)(?<![0-9A-Za-z][-._].)"
    r"(?=[0-9+(（]{0,3}[-. ()（）]{0,3}[0-9](?:[-. ()（）]{0,3}[0-9]){4})"
)
"""Six digits or more."""

WORD = re.compile(r"[A-Za-z](?<![0-9A-Za-z].)(?=[A-Za-z]{0,2}[-. ]?[0-9(（])")
"""One to three letters, then a digit."""

NUMBER_END = r"(?![0-9]|[-.]?[0-9]|[A-Za-z](?<![QqVvWw]))"
"""No digit follows, no letter but that of QQ, V or WeChat."""

PLAIN_END = r"(?![0-9A-Za-z]|-[0-9A-Za-z])"

NOT_NUMBER = re.compile(
    r"(?:订单|单号|流水|物料|编码|编号|批号|货号|序列号|条码|条形码|运单|快递单|发票号|备案|型号|版本|标准|ISBN|ISSN|DOI|doi|"
    r"[Oo]rder|[Ss]erial|[Tt]racking|[Ii]nvoice|SKU|sku)[^，。；;,\n]{0,8}\Z"
)
"""Words that say the number is something else."""
