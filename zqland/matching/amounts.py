"""How figures are compared and how they are written in reasons."""

from __future__ import annotations

import math
from typing import Final

from zqland.text import Text
from zqland.units import round_half_up

AREA_GUARD_M2: Final = 1e-6
"""Areas are compared unrounded, but for one square millimetre: the noise of binary
fractions (120 mu + 15 %) must not decide."""

UTILITY_TEXTS: Final = {
    "power": Text(en="power", zh="供电"),
    "water": Text(en="water", zh="供水"),
    "gas": Text(en="gas", zh="供气"),
    "steam": Text(en="steam", zh="供热"),
    "sewage": Text(en="sewage", zh="污水处理"),
}
"""Names of the utilities."""

UTILITY_UNITS: Final = {
    "power": Text(en="MVA", zh="MVA"),
    "water": Text(en="m³/day", zh="立方米/日"),
    "gas": Text(en="m³/h", zh="立方米/时"),
    "steam": Text(en="t/h", zh="吨/时"),
    "sewage": Text(en="m³/day", zh="立方米/日"),
}
"""Units of the utilities."""

_NOISE: Final = 1e-6
"""Of a figure in hundredths: what binary fractions add to a round figure."""

PREDICATE_TEXTS: Final = {
    "serviced": Text(en="serviced", zh="三通一平"),
    "clean": Text(en="clean", zh="净地"),
    "mature": Text(en="mature", zh="熟地"),
    "standard": Text(en="standard", zh="标准地"),
}
"""Names of the predicates as they stand in a sentence."""


def figure_text(value: float, *, sign: bool = False) -> str:
    """Write a figure with at most two decimals.

    Parameters
    ----------
    value
        The figure.
    sign
        Whether a plus is written.

    Returns
    -------
    text
        Half-up, without trailing zeros.

    Examples
    --------
    >>> figure_text(1250.0), figure_text(2.675), figure_text(5, sign=True)
    ('1,250', '2.68', '+5')
    """
    rounded = float(round_half_up(float(value), 2)) + 0.0
    text = f"{rounded:+,.2f}" if sign else f"{rounded:,.2f}"
    return text.rstrip("0").rstrip(".")


def more_text(value: float, *, sign: bool = False) -> str:
    """Write what is missing with at most two decimals, rounded up so that it is enough.

    Examples
    --------
    >>> more_text(1.4412, sign=True)
    '+1.45'
    """
    return figure_text(math.ceil(value * 100 - _NOISE) / 100, sign=sign)


def days_text(days: int) -> Text:
    """Write a number of days.

    Examples
    --------
    >>> days_text(1).en, days_text(15).en
    ('1 day', '15 days')
    """
    return Text(en="1 day" if days == 1 else f"{days} days", zh=f"{days}天")


def percent_text(share: float) -> str:
    """Write a share as a signed percentage with one decimal.

    Examples
    --------
    >>> percent_text(-0.0312)
    '−3.1 %'
    """
    rounded = float(round_half_up(share * 100, 1)) + 0.0
    return f"{rounded:+,.1f} %".replace("-", "−")
