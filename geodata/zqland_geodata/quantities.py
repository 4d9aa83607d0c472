"""Units that stand in headings, and the factor of each to the unit of a column."""

from __future__ import annotations

import math
import re
import unicodedata
from fractions import Fraction
from typing import TYPE_CHECKING

from zqland import units
from zqland.errors import UnitError
from zqland.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

SQUARE_FOOT_M2 = Fraction(9_290_304, 100_000_000)
"""Square metres in one square foot (international foot), exact."""

NEED_A_UNIT = frozenset({"m2", "wan yuan", "wan yuan/year", "wan yuan/mu"})
"""Units of columns whose figures are never read without a stated unit."""

_MU_PER_HA = 15
_SQUARE_FEET = ("ft2", "sqft", "sq.ft.", "squarefeet", "squarefoot", "平方英尺")

_MONEY = {
    "yuan": 1e-4,
    "元": 1e-4,
    "wanyuan": 1.0,
    "万元": 1.0,
    "万": 1.0,
    "10000yuan": 1.0,
    "millionyuan": 100.0,
    "百万元": 100.0,
    "yiyuan": 1e4,
    "亿元": 1e4,
    "亿": 1e4,
    "100millionyuan": 1e4,
}

_PER_YEAR = {
    f"{word}{year}": factor
    for word, factor in _MONEY.items()
    for year in ("", "/year", "/a", "/年", "每年")
}

_PER_AREA = {
    "wanyuan/mu": 1.0,
    "万元/亩": 1.0,
    "wanyuan/ha": 1 / _MU_PER_HA,
    "万元/公顷": 1 / _MU_PER_HA,
    "yuan/m2": 1e-4 * 2000 / 3,
    "元/平方米": 1e-4 * 2000 / 3,
    "元/m2": 1e-4 * 2000 / 3,
    "yuan/mu": 1e-4,
    "元/亩": 1e-4,
}


_YEARLY_MARKS = ("", "/year", "/年", "·年")

_FACTORS: dict[str, dict[str, float]] = {
    "wan yuan": _MONEY,
    "wan yuan/year": _PER_YEAR,
    "wan yuan/mu": _PER_AREA,
    "wan yuan/mu/year": {
        f"{word}{mark}": factor
        for word, factor in _PER_AREA.items()
        for mark in _YEARLY_MARKS
    },
    "MVA": {"mva": 1.0, "兆伏安": 1.0, "kva": 1e-3, "千伏安": 1e-3, "万kva": 10.0},
    "m3/day": {
        "m3/day": 1.0,
        "m3/d": 1.0,
        "立方米/日": 1.0,
        "立方米/天": 1.0,
        "吨/日": 1.0,
        "吨/天": 1.0,
        "t/day": 1.0,
        "t/d": 1.0,
        "万吨/日": 1e4,
        "万立方米/日": 1e4,
    },
    "m3/h": {
        "m3/h": 1.0,
        "nm3/h": 1.0,
        "m3/hour": 1.0,
        "立方米/小时": 1.0,
        "立方米/时": 1.0,
        "标方/小时": 1.0,
    },
    "t/h": {"t/h": 1.0, "t/hour": 1.0, "吨/小时": 1.0, "吨/时": 1.0},
    "m": {"m": 1.0, "米": 1.0, "km": 1000.0, "千米": 1000.0, "公里": 1000.0},
    "day": {"day": 1.0, "days": 1.0, "天": 1.0, "日": 1.0},
    "degree": {"degree": 1.0, "degrees": 1.0, "度": 1.0, "°": 1.0},
}

_RANGE = re.compile(r"\D{0,4}(?:[-~–—]+|至|到)\s*\d.*")
_NUMBER = re.compile(r"([+-]?(?:\d{1,3}(?:,\d{3})+|\d+|(?=\.\d))(?:\.\d*)?)(.*)")


def factor(unit: str, column_unit: str) -> float:
    """Return what a figure is multiplied by to stand in a column.

    Parameters
    ----------
    unit
        Unit as written in a heading, field map or cell, such as ``亩`` or ``sq ft``.
    column_unit
        Unit of the column in ``columns.csv``; ``""`` for a figure without unit.

    Returns
    -------
    factor
        Positive.

    Raises
    ------
    UnitError
        The unit is not known for such a column; the message lists the known ones.

    Examples
    --------
    >>> factor("亿元", "wan yuan"), factor("公顷", "m2")
    (10000.0, 10000.0)
    """
    word = _plain(unit)
    if column_unit == "m2":
        if word in _SQUARE_FEET:
            return float(SQUARE_FOOT_M2)
        if word.startswith(("万", "萬")):
            return 1e4 * float(units.FACTORS[units.parse_unit(word[1:])])
        return float(units.FACTORS[units.parse_unit(unit)])
    known = _FACTORS.get(column_unit, {})
    if word in known:
        return known[word]
    raise UnitError(
        _UNKNOWN.format(
            found=unit,
            known=Text(
                en=", ".join(known) or "–", zh="、".join(_in_chinese(known)) or "–"
            ),
            column_unit=Text(
                en=column_unit or "1", zh=next(iter(_in_chinese(known)), column_unit)
            ),
        )
    )


def _in_chinese(known: Mapping[str, float]) -> list[str]:
    """Return the units as an office writes them, or as they are where it has none."""
    return [unit for unit in known if not unit.isascii()] or list(known)


def is_unit(text: str, column_unit: str) -> bool:
    """Tell whether a text is a known unit for such a column."""
    try:
        factor(text, column_unit)
    except UnitError:
        return False
    return True


def is_any_unit(text: str) -> bool:
    """Tell whether a text is a known unit of areas, money or supplies.

    Examples
    --------
    >>> is_any_unit("亩"), is_any_unit("万元/亩"), is_any_unit("甲")
    (True, True, False)
    """
    return any(is_unit(text, column_unit) for column_unit in ("m2", *_FACTORS))


def parse_figure(text: str, column_unit: str, *, default: float | None) -> float:
    """Read a figure with or without a unit behind it.

    Parameters
    ----------
    text
        Such as ``1,200``, ``120亩`` or ``3.5亿元``.
    column_unit
        Unit of the column that it is for.
    default
        Factor of a figure without a unit; such a figure is refused without it.

    Returns
    -------
    figure
        In the unit of the column.

    Raises
    ------
    UnitError
        It is not a number, or its unit is missing or unknown.

    Examples
    --------
    >>> parse_figure("3.5亿元", "wan yuan", default=None)
    35000.0
    """
    match = _NUMBER.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if match is None or not match[1]:
        raise UnitError(_NOT_A_NUMBER.format(found=text))
    figure = float(match[1].replace(",", ""))
    if not math.isfinite(figure):
        raise UnitError(_NOT_A_NUMBER.format(found=text))
    unit = match[2].strip()
    if _RANGE.fullmatch(unit):
        raise UnitError(_A_RANGE.format(found=text))
    if unit:
        return figure * factor(unit, column_unit)
    if default is None:
        raise UnitError(_NO_UNIT.format(found=text))
    return figure * default


def _plain(unit: str) -> str:
    """Make a unit comparable: NFKC (so m² is m2), no spaces or underscores."""
    text = unicodedata.normalize("NFKC", unit).lower()
    return re.sub(r"[\s_]+", "", text).replace("人民币", "").replace("^", "")


_UNKNOWN = Text(
    en="Unknown unit “{found}” for a figure in {column_unit}. Known: {known}.",
    zh="无法识别的单位“{found}”（该列单位为 {column_unit}）。可用单位：{known}。",
)
_NOT_A_NUMBER = Text(
    en="“{found}” is not a number.",
    zh="“{found}”不是数字，请只填数字。",
)
_A_RANGE = Text(
    en="“{found}” is a range; give one number, or the least and the most in two "
    "columns.",
    zh="“{found}”是一个范围；请只填一个数，或将最小值与最大值分列填写。",
)
_NO_UNIT = Text(
    en="The figure “{found}” has no unit.",
    zh="数值“{found}”没有单位。",
)
