"""Administrative divisions (行政区划) by their codes: the first six digits of identity numbers and credit codes.

Knows current codes and names. A number issued long ago may carry a code that has been withdrawn: such a code is "unknown",
which is not "wrong". Source: data/region_codes.txt (its first line says whence and of what day); standard: GB/T 2260.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

__all__ = ["city_names", "is_province", "province_names", "region_name"]

ABROAD = {"71": "台湾省", "81": "香港特别行政区", "82": "澳门特别行政区", "83": "台湾省"}
"""Not in the table. 81, 82 and 83 also begin the numbers on residence permits (居住证) for people from there."""


@cache
def _names() -> dict[str, str]:
    lines = files("hegui.detect").joinpath("data/region_codes.txt").read_text("utf-8").splitlines()
    return ABROAD | dict(line.split(" ", 1) for line in lines if not line.startswith("#"))


def is_province(code: str) -> bool:
    """Whether the first two digits are those of a province-level division, Taiwan, Hong Kong and Macau included.

    >>> is_province("110101"), is_province("990101")
    (True, False)
    """
    return code[:2] in _names()


def region_name(code: str) -> str:
    """The name of a six-digit code as far as it is known; "" when not even the province is.

    >>> region_name("110101"), region_name("110199")
    ('北京市东城区', '北京市')
    """
    names = [_names().get(code[:size], "") for size in (2, 4, 6)]
    return "".join(
        name for name in names if name not in ("市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划")
    )


@cache
def province_names() -> tuple[str, ...]:
    """Names of the province-level divisions."""
    return tuple(name for code, name in _names().items() if len(code) == 2)


@cache
def city_names() -> tuple[str, ...]:
    """Names of the cities, prefectures and leagues that have one."""
    return tuple(name for code, name in _names().items() if len(code) == 4 and len(name) > 2 and "直辖" not in name)
