"""Units of area: exact factors, reading what people write, and display.

Figures are kept in square metres as 64-bit floats. Mu are exact: one mu is
2000/3 m², one square metre 3/2000 mu.

Rounding is half-up (四舍五入), never banker's, and is meant for display only.
*Half-up of a float* means: of its decimal with 15 significant digits, ties away
from zero. Every decimal of up to 15 digits that somebody typed comes back unharmed
that way, so 2.675 gives 2.68, although the nearest binary number lies a little
below. The shortest decimal that reads back as the float (its ``repr``) would do the
same for typed figures but not for converted ones: 66.161 acres, kept in square
metres and converted back, are 66.16099999999999.
"""

from __future__ import annotations

import math
import re
import unicodedata
from decimal import ROUND_HALF_UP, Context, Decimal
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING, Any, TypeVar, overload

import numpy as np
import pandas as pd

from zqland.errors import UnitError
from zqland.text import Language, Text

if TYPE_CHECKING:
    from numpy.typing import NDArray

Number = TypeVar("Number", float, "NDArray[np.float64]", "pd.Series[float]")
"""A float, an array of floats or a Series of floats."""


class Unit(StrEnum):
    """The units in which an area can be written."""

    M2 = "m2"
    MU = "mu"
    HA = "ha"
    ACRE = "acre"
    KM2 = "km2"


FACTORS = {
    Unit.M2: Fraction(1),
    Unit.MU: Fraction(2000, 3),
    Unit.HA: Fraction(10_000),
    Unit.ACRE: Fraction(40_468_564_224, 10_000_000),
    Unit.KM2: Fraction(1_000_000),
}
"""Square metres in one unit, exact (international acre: 4046.8564224 m²)."""

UNIT_TEXTS = {
    Unit.M2: Text(en="m²", zh="平方米"),
    Unit.MU: Text(en="mu", zh="亩"),
    Unit.HA: Text(en="ha", zh="公顷"),
    Unit.ACRE: Text(en="acres", zh="英亩"),
    Unit.KM2: Text(en="km²", zh="平方公里"),
}
"""How each unit is written after a figure."""

DISPLAY_DIGITS = {Unit.M2: 2, Unit.MU: 2, Unit.HA: 4, Unit.ACRE: 2, Unit.KM2: 4}
"""Decimals on display: survey and approval files write hectares with four."""

UNKNOWN_AREA = "–"
"""What stands for an area that is not known (NaN)."""

SPELLINGS = {
    Unit.M2: "m2, m^2, sqm, sq m, square metre, square metres, square meter, "
    "square meters, 平方米, 平米",
    Unit.MU: "mu, mou, 亩, 畝, 市亩",
    Unit.HA: "ha, hectare, hectares, 公顷, 公頃",
    Unit.ACRE: "acre, acres, ac, 英亩, 英畝",
    Unit.KM2: "km2, km^2, sqkm, sq km, square kilometre, square kilometres, "
    "square kilometer, square kilometers, 平方公里, 平方千米",
}
"""What is read as each unit, after NFKC (so ㎡ and m² are m2) and in lower case."""

_UNIT_OF = {
    word: unit for unit, words in SPELLINGS.items() for word in words.split(", ")
}

_NUMBER = re.compile(
    r"""(?P<number>
        [+-]?
        (?: \d{1,3}(?:,\d{3})+ | \d{1,3}(?:[ ]\d{3})+ | \d+ | (?=\.\d) )
        (?: \.\d* )?
    )
    (?![\d.,])
    \s* (?P<ten_thousand>万|萬)?
    \s* (?P<unit>(?![\s\d]).*)""",
    re.VERBOSE,
)

_EXACT = Context(prec=400)
"""Precise enough for any float with any sensible number of decimals."""

_NOISE = 2.0**-46
"""Relative distance from a tie within which 15 digits may show the tie itself."""

_LARGEST_SCALED = 1e14
"""Above this, ``value * 10**digits`` has no trustworthy digit behind the point."""

_KNOWN_UNITS = Text(
    en=", ".join(f"{unit} ({text.zh})" for unit, text in UNIT_TEXTS.items()),
    zh="、".join(f"{text.zh}（{unit}）" for unit, text in UNIT_TEXTS.items()),
)

_UNKNOWN_UNIT = Text(
    en="Unknown unit of area “{found}”. Known units: {known}.",
    zh="无法识别的面积单位“{found}”。可用单位：{known}。",
)
_NO_UNIT = Text(
    en="The area “{found}” has no unit. Write it as in “120 mu”. Known units: {known}.",
    zh="面积“{found}”没有单位，请写成“120亩”的形式。可用单位：{known}。",
)
_EMPTY = Text(
    en="The area is empty. Write a number and a unit, as in “120 mu”.",
    zh="面积为空，请写数字和单位，例如“120亩”。",
)
_NEGATIVE = Text(
    en="The area “{found}” is negative. An area is zero or more.",
    zh="面积“{found}”为负数，面积不能小于零。",
)
_NOT_A_NUMBER = Text(
    en="The area “{found}” is not a number. Write a number and a unit, as in "
    "“120 mu” or “80,000 m2”.",
    zh="面积“{found}”不是数字，请写数字和单位，例如“120亩”或“80,000 m2”。",
)


def to_m2(value: Number, unit: Unit | str) -> Number:
    """Convert areas to square metres.

    Parameters
    ----------
    value
        Areas in ``unit``: a number, an array or a Series; NaN stays NaN.
    unit
        The unit of ``value``.

    Returns
    -------
    value_m2
        Square metres, of the same kind and index.

    Examples
    --------
    >>> to_m2(3.0, "mu")
    2000.0
    """
    factor = FACTORS[Unit(unit)]
    return value * float(factor.numerator) / float(factor.denominator)


def from_m2(value_m2: Number, unit: Unit | str) -> Number:
    """Convert areas from square metres.

    Parameters
    ----------
    value_m2
        Areas in square metres: a number, an array or a Series; NaN stays NaN.
    unit
        The unit that is wanted.

    Returns
    -------
    value
        Areas in ``unit``, of the same kind and index, not rounded.

    Examples
    --------
    >>> from_m2(80_000.0, "mu")
    120.0
    """
    factor = FACTORS[Unit(unit)]
    return value_m2 * float(factor.denominator) / float(factor.numerator)


def parse_unit(text: str) -> Unit:
    """Read the name of a unit in Chinese or English.

    Parameters
    ----------
    text
        Such as ``亩``, ``m²``, ``公顷`` or ``Acres``; full-width letters too.

    Returns
    -------
    unit
        The unit.

    Raises
    ------
    UnitError
        It is none of the known units; the message lists them.

    Examples
    --------
    >>> parse_unit("平方公里")
    <Unit.KM2: 'km2'>
    """
    word = " ".join(_plain(text).lower().replace(".", "").split())
    unit = _UNIT_OF.get(word)
    if unit is None:
        raise UnitError(_UNKNOWN_UNIT.format(found=text.strip(), known=_KNOWN_UNITS))
    return unit


def parse_area(text: str | float, *, default: Unit | str | None = None) -> float:
    """Read an area as people write it.

    Thousands may be grouped by commas or spaces, 万 multiplies by ten thousand,
    digits and marks may be full-width. A decimal comma is refused: ``1,5`` could be
    meant as 1.5 or as a slip in 1,500.

    Parameters
    ----------
    text
        Such as ``120亩``, ``8 公顷``, ``12.5 ha``, ``80 000 m2`` or ``1.2万平方米``; a
        bare number where ``default`` is given.
    default
        Unit of a figure without one; without it such a figure is refused.

    Returns
    -------
    area_m2
        Square metres.

    Raises
    ------
    UnitError
        Empty, not a number, negative, without a unit, or with an unknown one.

    Examples
    --------
    >>> parse_area("120亩")
    80000.0
    >>> parse_area("80 000 m2")
    80000.0
    """
    if not isinstance(text, str):
        text = f"{Decimal(repr(float(text))):f}"
    plain = _plain(text).strip()
    if not plain:
        raise UnitError(_EMPTY)
    found = _NUMBER.fullmatch(plain)
    if found is None:
        raise UnitError(_NOT_A_NUMBER.format(found=plain))
    amount = Fraction(found["number"].replace(",", "").replace(" ", ""))
    if amount < 0:
        raise UnitError(_NEGATIVE.format(found=plain))
    if found["unit"]:
        unit = parse_unit(found["unit"])
    elif default is not None:
        unit = Unit(default)
    else:
        raise UnitError(_NO_UNIT.format(found=plain, known=_KNOWN_UNITS))
    ten_thousands = 10_000 if found["ten_thousand"] else 1
    return float(amount * ten_thousands * FACTORS[unit])


@overload
def round_half_up(value: float, digits: int) -> float: ...
@overload
def round_half_up(value: NDArray[np.float64], digits: int) -> NDArray[np.float64]: ...
@overload
def round_half_up(value: pd.Series[float], digits: int) -> pd.Series[float]: ...
def round_half_up(value: Any, digits: int) -> Any:
    """Round halves away from zero (四舍五入), judged on 15 significant digits.

    Parameters
    ----------
    value
        A number, an array or a Series; NaN and infinities stay.
    digits
        Decimals to keep; negative digits round to tens, hundreds and so on.

    Returns
    -------
    rounded
        The floats nearest to the rounded decimals, of the same kind and index.

    Notes
    -----
    Figures away from a tie are rounded in floating point, all at once. Those
    within the error of that arithmetic are decided on their decimals, exactly.

    Examples
    --------
    >>> round_half_up(2.675, 2), round_half_up(0.125, 2), round_half_up(-0.5, 0)
    (2.68, 0.13, -1.0)
    """
    if isinstance(value, pd.Series):
        rounded = _round_array(value.to_numpy(dtype=np.float64), digits)
        return pd.Series(rounded, index=value.index, name=value.name)
    if isinstance(value, np.ndarray):
        return _round_array(value.astype(np.float64), digits)
    return _round_one(float(value), digits)


def format_area(
    value_m2: float,
    unit: Unit | str,
    *,
    digits: int | None = None,
    language: Language | str = Language.EN,
) -> str:
    """Write an area with its unit for display.

    The figure is rounded once, half-up (`round_half_up`), after the conversion.

    Parameters
    ----------
    value_m2
        Square metres; NaN is shown as `UNKNOWN_AREA`.
    unit
        The unit that is wanted.
    digits
        Decimals, by default those of `DISPLAY_DIGITS`.
    language
        Language of the unit.

    Returns
    -------
    text
        The figure with grouped thousands, a space, and the unit.

    Examples
    --------
    >>> format_area(304_747.164, "mu", language="zh")
    '457.12 亩'
    >>> format_area(8_800 * 2000 / 3, "ha")
    '586.6667 ha'
    """
    unit = Unit(unit)
    if not math.isfinite(value_m2):
        return UNKNOWN_AREA
    places = DISPLAY_DIGITS[unit] if digits is None else digits
    figure = _round_decimal(float(from_m2(value_m2, unit)), places)
    return f"{figure:,f} {UNIT_TEXTS[unit].in_language(language)}"


def _plain(text: str) -> str:
    """Bring full-width digits, commas, spaces and ² to their plain forms."""
    return unicodedata.normalize("NFKC", text)


def _round_decimal(value: float, digits: int) -> Decimal:
    step = Decimal(1).scaleb(-digits)
    decimal = Decimal(f"{value:.15g}")
    return decimal.quantize(step, rounding=ROUND_HALF_UP, context=_EXACT)


def _round_one(value: float, digits: int) -> float:
    return float(_round_decimal(value, digits)) if math.isfinite(value) else value


def _round_array(values: NDArray[np.float64], digits: int) -> NDArray[np.float64]:
    power = 10.0 ** abs(digits)
    with np.errstate(invalid="ignore", over="ignore"):
        size = np.abs(values)
        scaled = size * power if digits >= 0 else size / power
        whole = np.floor(scaled + 0.5)
        from_tie = np.abs(scaled - np.floor(scaled) - 0.5)
        doubtful = (from_tie <= scaled * _NOISE) | (scaled >= _LARGEST_SCALED)
        rounded = np.copysign(whole / power if digits >= 0 else whole * power, values)
    doubtful &= np.isfinite(values)
    rounded[~np.isfinite(values)] = values[~np.isfinite(values)]
    # Ties are rare; they alone need decimals.
    rounded[doubtful] = [_round_one(one, digits) for one in values[doubtful].tolist()]
    return rounded
