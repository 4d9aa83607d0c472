"""What a project needs of the ground: size, date, readiness, utilities and class."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd

from zqland.areas import Method
from zqland.errors import NeedError
from zqland.text import Text
from zqland.units import Unit, format_area

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from zqland.matching.rules import MatchingRules

PREDICATES: Final = ("serviced", "clean", "mature", "standard")
"""The predicates, the easiest first; "one lower" is one place to the left."""

UTILITIES: Final = {
    "power": "power_mva",
    "water": "water_m3_per_day",
    "gas": "gas_m3_per_hour",
    "steam": "steam_t_per_hour",
    "sewage": "sewage_m3_per_day",
}
"""Utility to the column that holds its need or capacity, unit in the name."""

LAND_CLASSES: Final = ("M1", "M2", "M3", "W1", "W2", "W3")
"""Classes of industrial and storage land (GB 50137-2011)."""

_SECTOR: Final = re.compile(r"[A-Ta-t]?(\d{2})\d{0,2}")

_AMOUNTS: Final = (
    *UTILITIES.values(),
    "fixed_investment_wan",
    "tax_wan_per_year",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """The ground that a project asks for.

    Attributes
    ----------
    project_id
        Identifier of the project.
    area_min_m2, area_ideal_m2, area_max_m2
        The area window in square metres on `basis`; both ends fit.
    name
        Name of the project.
    basis
        Area method in which the window is meant.
    needed_by
        Day on which the ground must be in hand; None for no deadline.
    predicate
        Predicate that must hold at hand-over.
    power_mva, water_m3_per_day, gas_m3_per_hour, steam_t_per_hour, sewage_m3_per_day
        Capacities that are needed, units in the names; None or 0 asks for nothing.
    land_class
        Class of land that the project needs; None asks for none.
    sector
        Code of GB/T 4754; its first two digits are the division.
    fixed_investment_wan
        Promised investment in fixed assets, 10 000 yuan.
    investment_is_total
        Whether that figure is the total investment, which stands in for it.
    tax_wan_per_year
        Promised yearly tax at full capacity, 10 000 yuan.
    preferred_parks, excluded_parks
        Codes of parks.
    exception_reason
        Why the indicators are set aside (一事一议); None where they are not.

    Raises
    ------
    NeedError
        The need contradicts itself; every contradiction is named.

    Examples
    --------
    >>> need = Need(
    ...     project_id="P1", area_min_m2=70e3, area_ideal_m2=80e3, area_max_m2=92e3,
    ...     sector="C3841",
    ... )
    >>> need.division
    '38'
    """

    project_id: str
    area_min_m2: float
    area_ideal_m2: float
    area_max_m2: float
    name: str = ""
    basis: Method = Method.PLANAR
    needed_by: dt.date | None = None
    predicate: str = "mature"
    power_mva: float | None = None
    water_m3_per_day: float | None = None
    gas_m3_per_hour: float | None = None
    steam_t_per_hour: float | None = None
    sewage_m3_per_day: float | None = None
    land_class: str | None = None
    sector: str | None = None
    fixed_investment_wan: float | None = None
    tax_wan_per_year: float | None = None
    preferred_parks: tuple[str, ...] = ()
    excluded_parks: tuple[str, ...] = ()
    exception_reason: str | None = None
    investment_is_total: bool = False

    def __post_init__(self) -> None:
        """Refuse a need that no parcel could ever serve."""
        faults = (*_area_faults(self), *_amount_faults(self), *_word_faults(self))
        if faults:
            raise NeedError(_refusal(self.project_id, faults))

    @property
    def division(self) -> str | None:
        """Return the two digits of the division of GB/T 4754, or None."""
        found = _SECTOR.fullmatch(self.sector) if self.sector else None
        return found[1] if found else None

    def utility(self, name: str) -> float:
        """Return how much of a utility is needed; 0 for nothing."""
        amount: float | None = getattr(self, UTILITIES[name])
        return amount or 0.0


TOTAL_INVESTMENT: Final = Text(
    en="The project states no fixed investment; its total investment stands in, so "
    "the intensity may be overstated.",
    zh="项目未填写固定资产投资，以总投资代替，投资强度可能偏高。",
)
"""Said wherever an answer rests on `Need.investment_is_total`."""


def from_projects(
    projects: pd.DataFrame, rules: MatchingRules, *, basis: Method = Method.PLANAR
) -> list[Need]:
    """Read the needs of a table of projects.

    Parameters
    ----------
    projects
        Table ``projects`` (`zqland.tables`), indexed by ``project_id``.
    rules
        How a single figure becomes a window, and the predicate where none is given.
    basis
        Area method in which the figures are meant.

    Returns
    -------
    needs
        One need per row, in the order of the rows.

    Raises
    ------
    NeedError
        At least one need contradicts itself; all of them are named.
    """
    needs, faults = [], []
    for project_id, row in _rows(projects):
        try:
            needs.append(
                from_project({"project_id": project_id, **row}, rules, basis=basis)
            )
        except NeedError as error:
            faults.append(error.text)
    if faults:
        raise NeedError(_joined(faults, en="\n", zh="\n"))
    return needs


def from_project(
    row: Mapping[str, object], rules: MatchingRules, *, basis: Method = Method.PLANAR
) -> Need:
    """Read the need of one project.

    Parameters
    ----------
    row
        Columns of the table ``projects``, and ``project_id``; missing columns and
        missing values ask for nothing.
    rules
        How a single figure becomes a window, and the predicate where none is given.
    basis
        Area method in which the figures are meant.

    Returns
    -------
    need
        The need.

    Raises
    ------
    NeedError
        The need names no area, or contradicts itself.
    """
    project_id = _word(row, "project_id") or ""
    smallest, ideal, largest = _window(row, rules, project_id)
    fixed = _number(row, "fixed_investment_wan")
    total = _number(row, "investment_wan") if fixed is None else None
    return Need(
        project_id=project_id,
        name=_word(row, "name") or "",
        area_min_m2=smallest,
        area_ideal_m2=ideal,
        area_max_m2=largest,
        basis=basis,
        needed_by=_day(row, "needed_by"),
        predicate=_word(row, "predicate") or rules.predicate,
        land_class=_word(row, "land_class"),
        sector=_word(row, "sector"),
        fixed_investment_wan=total if fixed is None else fixed,
        investment_is_total=total is not None,
        tax_wan_per_year=_number(row, "tax_wan_per_year"),
        preferred_parks=_words(row, "preferred_parks"),
        excluded_parks=_words(row, "excluded_parks"),
        exception_reason=_word(row, "exception_reason"),
        **{column: _number(row, column) for column in UTILITIES.values()},
    )


def _rows(projects: pd.DataFrame) -> zip[tuple[object, dict[str, object]]]:
    columns = [str(column) for column in projects.columns]
    records = (
        dict(zip(columns, values, strict=True))
        for values in projects.itertuples(index=False, name=None)
    )
    return zip(projects.index, records, strict=True)


def _window(
    row: Mapping[str, object], rules: MatchingRules, project_id: str
) -> tuple[float, float, float]:
    smallest = _number(row, "area_min_m2")
    ideal = _number(row, "area_ideal_m2")
    largest = _number(row, "area_max_m2")
    if ideal is None and smallest is not None and largest is not None:
        ideal = (smallest + largest) / 2
    if ideal is None:
        ideal = largest if smallest is None else smallest
    if ideal is None:
        raise NeedError(_refusal(project_id, (_NO_AREA,)))
    return (
        ideal * (1 - rules.window_below) if smallest is None else smallest,
        ideal,
        ideal * (1 + rules.window_above) if largest is None else largest,
    )


def _is_missing(value: object) -> bool:
    return value is None or value is pd.NA or value is pd.NaT or value != value  # noqa: PLR0124 - NaN


def _number(row: Mapping[str, object], column: str) -> float | None:
    value = row.get(column)
    return None if _is_missing(value) else float(value)  # type: ignore[arg-type] # a number by its schema


def _word(row: Mapping[str, object], column: str) -> str | None:
    value = row.get(column)
    return None if _is_missing(value) else str(value).strip() or None


def _words(row: Mapping[str, object], column: str) -> tuple[str, ...]:
    value = row.get(column)
    if isinstance(value, tuple | list):
        return tuple(str(word) for word in value)
    listed = _word(row, column) or ""
    return tuple(word.strip() for word in re.split("[;；]", listed) if word.strip())


def _day(row: Mapping[str, object], column: str) -> dt.date | None:
    value = row.get(column)
    return None if _is_missing(value) else pd.Timestamp(value).date()  # type: ignore[arg-type] # a day by its schema


_NO_AREA = Text(
    en="it names no area that can be used; give the area that is asked for, or a "
    "smallest and a largest",
    zh="没有可用的用地面积；请填写用地需求，或最小与最大用地面积",
)


def _area_faults(need: Need) -> list[Text]:
    smallest, ideal, largest = (
        need.area_min_m2,
        need.area_ideal_m2,
        need.area_max_m2,
    )
    faults = []
    if not all(math.isfinite(area) for area in (smallest, ideal, largest)):
        faults.append(Text(en="an area is not a finite number", zh="面积不是有限数"))
    if smallest < 0 or ideal <= 0 or largest <= 0:
        faults.append(
            Text(
                en="an area is negative or zero; give areas above zero",
                zh="面积为负数或零；请填写大于零的面积",
            )
        )
    if smallest > largest:
        faults.append(
            _two_areas(
                Text(
                    en="the smallest area {one} is larger than the largest {other}",
                    zh="最小用地{one}大于最大用地{other}",
                ),
                smallest,
                largest,
            )
        )
    elif ideal < smallest:
        faults.append(
            _two_areas(
                Text(
                    en="the ideal area {one} is below the smallest {other}",
                    zh="用地需求{one}小于最小用地{other}",
                ),
                ideal,
                smallest,
            )
        )
    elif ideal > largest:
        faults.append(
            _two_areas(
                Text(
                    en="the ideal area {one} is above the largest {other}",
                    zh="用地需求{one}大于最大用地{other}",
                ),
                ideal,
                largest,
            )
        )
    return faults


def _two_areas(text: Text, one: float, other: float) -> Text:
    return text.format(one=area_text(one, Unit.MU), other=area_text(other, Unit.MU))


def _amount_faults(need: Need) -> list[Text]:
    text = Text(
        en="{column} is {amount}; give a figure of zero or more, or none",
        zh="{column}为{amount}；请填写不小于零的数值，或留空",
    )
    amounts = ((column, getattr(need, column)) for column in _AMOUNTS)
    return [
        text.format(column=column, amount=amount)
        for column, amount in amounts
        if amount is not None and not (math.isfinite(amount) and amount >= 0)
    ]


def _word_faults(need: Need) -> list[Text]:
    choice = Text(
        en="{column} is {found}; it must be one of {known}",
        zh="{column}为{found}；只能是{known}之一",
    )
    faults = []
    if need.predicate not in PREDICATES:
        faults.append(
            choice.format(
                column="predicate", found=need.predicate, known=", ".join(PREDICATES)
            )
        )
    if need.land_class is not None and need.land_class not in LAND_CLASSES:
        faults.append(
            choice.format(
                column="land_class",
                found=need.land_class,
                known=", ".join(LAND_CLASSES),
            )
        )
    if need.sector and need.division is None:
        faults.append(
            Text(
                en="sector is {found}; give at least two digits of a code of GB/T 4754",
                zh="行业代码为{found}；请填写 GB/T 4754 代码，至少两位大类",
            ).format(found=need.sector)
        )
    both = sorted(set(need.preferred_parks) & set(need.excluded_parks))
    if both:
        faults.append(
            Text(
                en="park {parks} is both preferred and excluded; keep one of the two",
                zh="园区{parks}既是意向园区又被排除；请保留其一",
            ).format(parks=", ".join(both))
        )
    return faults


def _refusal(project_id: str, faults: tuple[Text, ...]) -> Text:
    return Text(
        en="the need of project {project} contradicts itself: {faults}",
        zh="项目 {project} 的用地需求无法采用：{faults}",
    ).format(project=project_id, faults=_joined(faults, en="; ", zh="；"))


def _joined(texts: list[Text] | tuple[Text, ...], *, en: str, zh: str) -> Text:
    return Text(
        en=en.join(text.en for text in texts), zh=zh.join(text.zh for text in texts)
    )


def area_text(area_m2: float, unit: Unit) -> Text:
    """Write an area in a unit, in both languages."""
    return Text(
        en=format_area(area_m2, unit, language="en"),
        zh=format_area(area_m2, unit, language="zh"),
    )
