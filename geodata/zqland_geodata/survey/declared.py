"""Unit and basis of the areas that a survey TXT declares, found from the shapes.

The format asks for hectares. Programs also write square metres or mu, some with the
unit behind the number. The units lie a factor of 15 and more apart, so that the shape
tells which is meant: the figure fits one of them within a factor of two, or none. How
far it is off in its unit is for the checks to say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from zqland import areas, units
from zqland.findings import Severity
from zqland.text import Text
from zqland_geodata.remarks import Rule
from zqland_geodata.survey.rows import fault_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from zqland.findings import Finding
    from zqland_geodata.survey.tally import Tally
    from zqland_geodata.survey.titles import Title

_UNITS_M2 = {"ha": 10_000.0, "m²": 1.0, "mu": units.to_m2(1.0, "mu")}
_WORDS = {
    "公顷": "ha",
    "ha": "ha",
    "hm2": "ha",
    "hm²": "ha",
    "平方米": "m²",
    "平米": "m²",
    "㎡": "m²",
    "m2": "m²",
    "m²": "m²",
    "亩": "mu",
    "mu": "mu",
}
_FIGURE = re.compile(r"(?P<figure>\d{1,12}(?:\.\d{0,12})?)\s*(?P<unit>\D.*)?")
_FACTOR = 2.0
_OPEN_SHARE = 0.01
_METHODS = (areas.Method.PLANAR, areas.Method.ELLIPSOID_OFFICIAL)


@dataclass(frozen=True, slots=True)
class Declared:
    """A declared area.

    Attributes
    ----------
    title
        The row that declares it.
    value_m2
        Square metres; NaN where it is unknown.
    half_digit_m2
        Half of its last digit.
    text
        The figure with its unit.
    rule
        What is remarked about the parcel, or ``None``.
    """

    title: Title
    value_m2: float
    half_digit_m2: float
    text: str
    rule: Rule | None = None


def read_declared(
    titles: Sequence[Title], measured: pd.DataFrame, tally: Tally
) -> list[Declared]:
    """Read the declared areas of all parcels.

    Parameters
    ----------
    titles
        The first row of each parcel.
    measured
        Areas of the shapes in the plane of the file, ``planar_m2`` and
        ``ellipsoid_official_m2``, in the same order; NaN where there is no such area.
    tally
        Where other units than hectares are remarked.

    Returns
    -------
    declared
        One for each parcel.
    """
    planar, official = (measured[f"{method}_m2"] for method in _METHODS)
    shown = planar.fillna(official).to_numpy()
    return [
        _declared(title, float(area), tally)
        for title, area in zip(titles, shown, strict=True)
    ]


def check_open(
    declared: Sequence[Declared],
    measured: pd.DataFrame,
    open_rings: NDArray[np.int64],
) -> None:
    """Refuse parcels with a ring that does not close and another area than declared.

    Parameters
    ----------
    declared
        The declared areas.
    measured
        Areas of the shapes, see `read_declared`.
    open_rings
        How many rings of each parcel the file leaves open.

    Raises
    ------
    SurveyTextError
        Rows may be missing, or two rings run together; the message names the line.
    """
    for owner in np.flatnonzero(open_rings).tolist():
        one = declared[owner]
        found = measured.iloc[owner].dropna().to_numpy()
        is_unknown = np.isnan(one.value_m2) and one.rule is not _NO_UNIT
        slack = max(_OPEN_SHARE * float(found.max()), one.half_digit_m2)
        if not is_unknown and not (np.abs(found - one.value_m2) <= slack).any():
            area = f"{found[0]:,.1f}"
            text = _OPEN_AREA.format(declared=one.text, area=area)
            raise fault_at(one.title.row.line, text)


def bases(
    ids: Sequence[str], declared: Sequence[Declared], measured: pd.DataFrame
) -> Iterator[Finding]:
    """Name the basis of the declared areas, each to half of its last digit.

    A basis that most areas have, and areas that fit both, are named once for all of
    them; areas on the other basis are named one by one.

    Parameters
    ----------
    ids
        Identifiers of the parcels.
    declared
        Their declared areas.
    measured
        Areas of the shapes, see `read_declared`.

    Yields
    ------
    finding
        The basis, that none is declared, or that the figure cannot be read. A figure
        that fits no basis is for the checks to report.
    """
    for parcel_id, one in zip(ids, declared, strict=True):
        if one.rule is not None:
            place = f"line {one.title.row.line}"
            yield one.rule.finding(parcel_id, "declared_m2", one.text, place=place)
    planar, official = _fitting(declared, measured)
    groups = {
        areas.Method.PLANAR: np.flatnonzero(planar & ~official),
        areas.Method.ELLIPSOID_OFFICIAL: np.flatnonzero(official & ~planar),
    }
    usual = max(groups, key=lambda method: len(groups[method]))
    for method, rows in groups.items():
        parts = [rows] if method is usual else list(rows[:, None])
        for part in parts:
            yield from _named(part, ids, declared, _BASES[method])
    yield from _named(np.flatnonzero(planar & official), ids, declared, _EITHER)


def _fitting(
    declared: Sequence[Declared], measured: pd.DataFrame
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Tell which declared areas are the planar area, and which the ellipsoidal one."""
    values = np.array([one.value_m2 for one in declared])
    slack = np.array([one.half_digit_m2 for one in declared]) + 0.01
    is_read = np.array([one.rule is None for one in declared], dtype="bool")
    planar, official = (
        is_read & (np.abs(measured[f"{method}_m2"].to_numpy() - values) <= slack)
        for method in _METHODS
    )
    return planar, official


def _named(
    rows: NDArray[np.intp],
    ids: Sequence[str],
    declared: Sequence[Declared],
    basis: Text,
) -> list[Finding]:
    """Name the basis of some declared areas in one finding."""
    if not len(rows):
        return []
    first = declared[rows[0]]
    is_one = len(rows) == 1
    finding = _BASIS.finding(
        ids[rows[0]] if is_one else "",
        "declared_m2",
        first.text if is_one else len(rows),
        place=f"line {first.title.row.line}",
        basis=basis,
        count=len(rows),
    )
    return [finding]


def _declared(title: Title, area_m2: float, tally: Tally) -> Declared:
    if not title.area:
        return Declared(title, np.nan, 0.0, "", _NO_AREA)
    found = _FIGURE.fullmatch(title.area)
    word = (found["unit"] or "").strip().lower() if found else ""
    if found is None or (word and word not in _WORDS):
        return Declared(title, np.nan, 0.0, title.area, _UNREADABLE)
    figure, digits = float(found["figure"]), found["figure"].partition(".")[2]
    if not figure:
        return Declared(title, np.nan, 0.0, title.area, _NO_AREA)
    unit = _WORDS[word] if word else _unit(figure, area_m2)
    if not unit:
        return Declared(title, np.nan, 0.0, title.area, _NO_UNIT)
    if word:
        tally.add(_UNIT_BEHIND, title.row.line, title.area, about="declared_m2")
    if unit != "ha":
        tally.add(
            _OTHER_UNIT,
            title.row.line,
            title.area,
            about="declared_m2",
            unit=_UNIT_TEXTS[unit],
        )
    one_m2 = _UNITS_M2[unit]
    return Declared(
        title,
        float(units.round_half_up(figure * one_m2, 4)),
        0.5 * one_m2 * 10.0 ** -len(digits),
        f"{found['figure']} {unit}",
    )


def _unit(figure: float, area_m2: float) -> str:
    """Return the unit in which a figure fits an area, or nothing."""
    if not area_m2 > 0:
        return ""
    for unit, one_m2 in _UNITS_M2.items():
        if 1 / _FACTOR <= figure * one_m2 / area_m2 <= _FACTOR:
            return unit
    return ""


_UNIT_TEXTS = {
    "m²": Text(en="square metres", zh="平方米"),
    "mu": Text(en="mu", zh="亩"),
}
_BASES = {
    areas.Method.PLANAR: Text(
        en="the planar area of the zone",
        zh="为投影平面面积",
    ),
    areas.Method.ELLIPSOID_OFFICIAL: Text(
        en="the ellipsoidal area",
        zh="为椭球面积",
    ),
}
_EITHER = Text(
    en="planar and ellipsoidal area fit alike",
    zh="与平面面积、椭球面积均相符",
)
_BASIS = Rule(
    "declared.basis",
    Severity.INFO,
    Text(en="declared areas: {count}; {basis}", zh="载明面积 {count} 个；{basis}"),
    Text(en="kept as declared", zh="按载明面积保留"),
)
_NO_AREA = Rule(
    "declared.missing",
    Severity.INFO,
    Text(en="no area is declared", zh="未载明面积"),
    Text(en="left unknown", zh="按未知处理"),
)
_UNREADABLE = Rule(
    "declared.unreadable",
    Severity.ERROR,
    Text(
        en="the declared area is no number of hectares, such as 30.4747",
        zh="地块面积不是以公顷计的数，例如 30.4747",
    ),
    Text(en="left unknown; correct the file", zh="按未知处理；请更正文件"),
)
_NO_UNIT = Rule(
    "declared.unit_unknown",
    Severity.ERROR,
    Text(
        en="the declared figure is less than half or more than twice the area of the "
        "shape in hectares, square metres and mu alike",
        zh="地块面积按公顷、平方米、亩与图形面积相比均不足一半或超过两倍",
    ),
    Text(
        en="left unknown; correct the figure or the coordinates",
        zh="按未知处理；请更正面积或坐标",
    ),
)
_OTHER_UNIT = Rule(
    "survey.area_unit",
    Severity.WARNING,
    Text(
        en="the area is declared in {unit}, not in hectares",
        zh="地块面积以{unit}计，而非公顷",
    ),
    Text(en="read in {unit}", zh="按{unit}读取"),
)
_UNIT_BEHIND = Rule(
    "survey.area_unit_written",
    Severity.INFO,
    Text(en="the unit stands behind the area", zh="地块面积后写有单位"),
    Text(en="read in that unit", zh="按该单位读取"),
)
_OPEN_AREA = Text(
    en="a ring of this parcel does not close, and the shape has {area} m² where "
    "{declared} is declared; rows may be missing, or two rings run together. Close "
    "every ring.",
    zh="该地块有未闭合的圈，图形面积为 {area} 平方米，而载明面积为 {declared}；"
    "可能缺行，或两圈相连。请补全闭合行。",
)
