"""The acreage figures as the page shows them."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import numpy as np
import pandas as pd

from zqland.acreage import CITY
from zqland.areas import Method
from zqland.constraints import TAKING
from zqland.ledger import BASES
from zqland.readiness import PREDICATES
from zqland.text import Text
from zqland.units import (
    DISPLAY_DIGITS,
    UNIT_TEXTS,
    format_area,
    from_m2,
    round_half_up,
)
from zqland_api import books
from zqland_api.about import METHOD_TEXTS
from zqland_api.desk import Desk
from zqland_api.pages.texts import PAGE_TEXTS
from zqland_api.view import View
from zqland_api.views import park_names

CHART_WIDTH, CHART_HEIGHT, CHART_FOOT = 720.0, 220.0, 20.0
"""Size of the chart of months in its own units, and the strip for its labels."""

DRAWN = ("mature", "standard")
"""Predicates in the chart of months: those with targets."""

_PACE = Text(
    en="{remaining} to go in {days} days: {needed} a day, "
    "{speed} times the pace so far.",
    zh="剩余 {days} 天需完成 {remaining}，日均 {needed}，为目前进度的 {speed} 倍。",
)
_NOTHING_YET = Text(
    en="{remaining} to go in {days} days: {needed} a day; nothing was done so far.",
    zh="剩余 {days} 天需完成 {remaining}，日均 {needed}；目前尚未完成。",
)
_MET = Text(en="The target is met.", zh="目标已完成。")
_MISSED = Text(
    en="The year is over; {remaining} were missing.",
    zh="年度已结束，尚差 {remaining}。",
)


def acreage_values(desk: Desk, view: View, *, year: int | None) -> dict[str, Any]:
    """Arrange the acreage books for the page.

    Parameters
    ----------
    desk
        The desk.
    view
        The reader's view.
    year
        Calendar year; the day's where not given.
    """
    book = books.open_books(desk, view, year=year)
    heading = {"year": book.year}
    return {
        "year": book.year,
        "titles": {
            key: PAGE_TEXTS[key].format(**heading).in_language(view.language)
            for key in ("targets", "no_targets", "months", "yearbook")
        },
        "yearbook": _yearbook(book.year, view),
        "labels": {
            key: text.in_language(view.language)
            for key, text in desk.catalogues.readiness.predicate_texts.items()
        },
        "stock_lead": PAGE_TEXTS["stock_lead"]
        .format(basis=METHOD_TEXTS[view.basis], unit=UNIT_TEXTS[view.unit])
        .in_language(view.language),
        "bases": [
            (method.value, text.in_language(view.language))
            for method, text in METHOD_TEXTS.items()
        ],
        "targets": [
            _target({str(key): value for key, value in row.items()}, desk, view)
            for row in book.progress.to_dict("records")
        ],
        "stock": _stock(book.stock, desk, view),
        "lacking": _lacking(book.stock, view),
        **_usable(book.stock, desk, view),
        "chart": _chart(
            book.monthly, view, is_constrained=bool(desk.records.reserve.constraints)
        ),
    }


def _yearbook(year: int, view: View) -> str:
    """Return where the workbook of the year is; empty for a year to come."""
    if year > view.on.year:
        return ""
    asked = {"on": view.on, "unit": view.unit, "lang": view.language}
    if view.basis in BASES:
        asked["basis"] = view.basis
    return f"/books/{year}.xlsx?{urlencode(asked)}"


def _area(area_m2: float, view: View, digits: int | None = None) -> str:
    return format_area(area_m2, view.unit, digits=digits, language=view.language.value)


def _target(row: dict[str, Any], desk: Desk, view: View) -> dict[str, Any]:
    text = desk.catalogues.readiness.predicate_texts[row["predicate"]]
    scope = "" if row["scope"] == CITY else str(row["scope"])
    share = float(row["share"]) if np.isfinite(row["share"]) else 0.0
    return {
        "predicate": row["predicate"],
        "label": f"{text.in_language(view.language)} {scope}".strip(),
        "done": _area(row["done_m2"], view),
        "target": _area(row["target_m2"], view),
        "percent": f"{100 * share:.1f} %",
        "width": 100 * min(share, 1.0),
        "pace": 100 * row["linear_share"],
        "pace_percent": f"{100 * row['linear_share']:.1f} %",
        "sentence": _pace(row, view),
        "lacking": int(row["lacking_count"]),
        "usable": _usable_text(row, desk, view),
        "usable_lacking": usable_lacking_line(
            int(row["usable_lacking_count"]),
            float(row["usable_lacking_planar_m2"]),
            desk,
            view,
        ),
        "others": [
            (
                METHOD_TEXTS[method].in_language(view.language),
                _area(row[f"done_{method.value}_m2"], view),
                _area(row[f"usable_done_{method.value}_m2"], view)
                if desk.records.reserve.constraints
                else "",
            )
            for method in Method
            if f"done_{method.value}_m2" in row
        ],
    }


def _pace(row: dict[str, Any], view: View) -> str:
    if row["remaining_m2"] == 0:
        return _MET.in_language(view.language)
    remaining = _area(row["remaining_m2"], view)
    if not row["days_left"]:
        return _MISSED.format(remaining=remaining).in_language(view.language)
    facts = {
        "remaining": remaining,
        "days": row["days_left"],
        "needed": _area(row["needed_m2_per_day"], view),
    }
    if not np.isfinite(row["speed_up"]):
        return _NOTHING_YET.format(**facts).in_language(view.language)
    speed = f"{row['speed_up']:.1f}"
    return _PACE.format(**facts, speed=speed).in_language(view.language)


def _stock(stock: pd.DataFrame, desk: Desk, view: View) -> list[dict[str, Any]]:
    """List the parks with the land that meets each condition, and the whole."""
    figures = ["count", "area_m2", "usable_m2", "usable_lacking_count"]
    sums = stock.groupby(["park_id", "predicate"])[figures].sum()
    names = park_names(desk.records.reserve.parks, view.language)
    rows = [
        _stock_row(str(names.get(park, park)) or "–", sums.loc[park], view)
        for park in dict.fromkeys(sums.index.get_level_values("park_id"))
    ]
    whole = stock.groupby("predicate")[figures].sum()
    total = PAGE_TEXTS["total"].in_language(view.language)
    return [*rows, {**_stock_row(total, whole, view), "is_total": True}]


def _stock_row(name: str, sums: pd.DataFrame, view: View) -> dict[str, Any]:
    def figure(predicate: str, column: str = "area_m2") -> str:
        if predicate not in sums.index:
            return "–"
        area = from_m2(float(sums[column].loc[predicate]), view.unit)
        digits = DISPLAY_DIGITS[view.unit]
        mark = ""
        if column == "usable_m2":
            mark = _at_least(sums["usable_lacking_count"].loc[predicate])
        return f"{mark}{round_half_up(area, digits):,.{digits}f}"

    count = int(sums["count"].get("all", 0))
    return {
        "name": name,
        "count": f"{count:,}",
        "area": figure("all"),
        "usable": figure("all", "usable_m2"),
        "predicates": [
            (figure(predicate), figure(predicate, "usable_m2"))
            for predicate in PREDICATES
        ],
        "is_total": False,
    }


def _lacking(stock: pd.DataFrame, view: View) -> str:
    columns = ["lacking_count", "lacking_planar_m2"]
    count, planar_m2 = stock.loc[stock["predicate"] == "all", columns].sum()
    return lacking_line(int(count), float(planar_m2), view)


def lacking_line(count: int, planar_m2: float, view: View) -> str:
    """Say how many parcels are not in a sum, and how large they are.

    Parameters
    ----------
    count
        Number of parcels without an area on the basis.
    planar_m2
        Their planar area, square metres.
    view
        The reader's view.

    Returns
    -------
    line
        A sentence; empty where no parcel lacks an area.
    """
    if not count:
        return ""
    text = PAGE_TEXTS["lacking_one" if count == 1 else "lacking"]
    area = _area(planar_m2, view)
    return text.format(count=f"{count:,}", area=area).in_language(view.language)


def _at_least(lacking: float) -> str:
    """Mark a sum that leaves out ground whose usable area is not known."""
    return "≥ " if lacking else ""


def _usable_text(row: dict[str, Any], desk: Desk, view: View) -> str:
    if not desk.records.reserve.constraints:
        return ""
    area = _at_least(row["usable_lacking_count"]) + _area(row["usable_done_m2"], view)
    text = PAGE_TEXTS["usable_value"].format(area=area)
    return text.in_language(view.language)


def usable_lacking_line(count: int, planar_m2: float, desk: Desk, view: View) -> str:
    """Say how many parcels are in no sum of usable ground, and how large they are.

    Parameters
    ----------
    count
        Number of parcels whose usable area is not known on the basis.
    planar_m2
        Their usable area in the plane, square metres.
    desk
        The desk.
    view
        The reader's view.

    Returns
    -------
    line
        A sentence; empty where there are none, or no constraint layers.
    """
    if not count or not desk.records.reserve.constraints:
        return ""
    facts = {"count": f"{count:,}", "area": _area(planar_m2, view)}
    return PAGE_TEXTS["usable_lacking"].format(**facts).in_language(view.language)


def _usable(stock: pd.DataFrame, desk: Desk, view: View) -> dict[str, Any]:
    """Say what usable means here, and how much of it is not known."""
    layers = desk.records.reserve.constraints
    if not layers:
        return {"is_constrained": False, "usable_lead": "", "usable_lacking": ""}
    columns = ["usable_lacking_count", "usable_lacking_planar_m2"]
    count, planar_m2 = stock.loc[stock["predicate"] == "all", columns].sum()
    names = "、" if view.language == "zh" else ", "
    listed = names.join(
        layer.text.in_language(view.language)
        for layer in layers
        if layer.rule in TAKING
    )
    lead = PAGE_TEXTS["usable_lead"].format(layers=listed)
    return {
        "is_constrained": True,
        "usable_lead": lead.in_language(view.language),
        "usable_lacking": usable_lacking_line(int(count), float(planar_m2), desk, view),
    }


def _chart(
    monthly: pd.DataFrame, view: View, *, is_constrained: bool
) -> dict[str, Any]:
    """Place a bar per month and predicate; heights are areas since 1 January."""
    top = float(monthly[list(DRAWN)].to_numpy().max(initial=0.0)) or 1.0
    step = CHART_WIDTH / 12
    ground = CHART_HEIGHT - CHART_FOOT
    bars = []
    for month in monthly.to_dict("records"):
        left = (month["day"].month - 1) * step
        for place, predicate in enumerate(DRAWN):
            height = (ground - CHART_FOOT) * float(month[predicate]) / top
            area = _area(float(month[predicate]), view)
            if is_constrained:
                usable = _area(float(month[f"usable_{predicate}"]), view)
                text = PAGE_TEXTS["usable_value"].format(area=usable)
                area = f"{area} · {text.in_language(view.language)}"
            bars.append(
                {
                    "predicate": predicate,
                    "x": round(left + step * (0.16 + 0.34 * place), 2),
                    "y": round(ground - height, 2),
                    "width": round(step * 0.32, 2),
                    "height": round(height, 2),
                    "title": f"{month['day']:%Y-%m-%d} · {area}",
                }
            )
    months = [
        {"x": round((number + 0.5) * step, 2), "label": str(number + 1)}
        for number in range(12)
    ]
    return {
        "width": CHART_WIDTH,
        "height": CHART_HEIGHT,
        "ground": ground,
        "top": _area(top, view, digits=0) if len(monthly) else "",
        "top_y": CHART_FOOT,
        "bars": bars,
        "months": months,
    }
