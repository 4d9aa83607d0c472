"""Matches of one or many projects as an output."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import pandas as pd

from zqland.matching import Answer, Match
from zqland.matching.near_misses import NearMiss
from zqland.needs import TOTAL_INVESTMENT
from zqland.text import Language, Text
from zqland.units import DISPLAY_DIGITS, UNIT_TEXTS, from_m2
from zqland_api.desk import Desk
from zqland_api.sheets import Column, Output, Sheet
from zqland_api.view import View
from zqland_api.views import area_heading, usable_columns

_MATCH_KEYS = (
    "project_id",
    "project_name",
    "rank",
    "parcel_id",
    "park_id",
    "park_name",
    "area",
    "area_m2",
    "usable_area",
    "usable_m2",
    "score",
    "ready_on",
    "handover_on",
    "reasons",
    "constraints",
)
_NEAR_KEYS = (
    "project_id",
    "project_name",
    "rank",
    "parcel_id",
    "park_id",
    "park_name",
    "area",
    "area_m2",
    "usable_area",
    "usable_m2",
    "condition",
    "relaxation",
    "ratio",
    "constraints",
)
_SUMMARY_KEYS = (
    "project_id",
    "project_name",
    "asked",
    "needed_by",
    "fit_count",
    "near_count",
    "best_parcel",
    "best_park",
    "best_area",
    "best_usable",
    "best_score",
    "handover_on",
)


def matches_output(answers: Sequence[Answer], desk: Desk, view: View) -> Output:
    """Arrange answers as an output.

    Parameters
    ----------
    answers
        One or many answers of the same day and basis.
    desk
        The desk that gave them.
    view
        The reader's view.

    Returns
    -------
    output
        Sheets of matches, near misses and a summary; for one project, the funnel as
        a note.
    """
    is_single = len(answers) == 1
    sheets = (
        _matches(answers, desk, view),
        _near_misses(answers, desk, view),
        _summary(answers, desk, view),
    )
    parcels = desk.state(view.on).parcels
    places = sheets[0].table["parcel_id"].astype(str)
    return Output(
        about=view.about(desk),
        sheets=sheets,
        document={"answers": [answer.to_dict(view.language) for answer in answers]},
        shapes=gpd.GeoSeries(parcels.geometry.loc[places]),
        notes=_notes(answers[0]) if is_single else (),
        shown=("matches", "near_misses") if is_single else ("summary",),
    )


def _notes(answer: Answer) -> tuple[Text, ...]:
    stands_in = answer.need.investment_is_total
    return (answer.funnel_text, *([TOTAL_INVESTMENT] if stands_in else []))


def _matches(answers: Sequence[Answer], desk: Desk, view: View) -> Sheet:
    is_single = len(answers) == 1
    rows = [
        _match_row(answer, match, view.language)
        for answer in answers
        for match in answer.matches
    ]
    columns = (
        Column("rank", Text(en="Rank", zh="序号")),
        Column("parcel_id", Text(en="Parcel", zh="地块编号")),
        Column("park_name", Text(en="Park", zh="园区")),
        Column("area", area_heading(view.unit), DISPLAY_DIGITS[view.unit]),
        *usable_columns(desk.records.reserve, view.unit),
        Column("score", Text(en="Score", zh="得分"), 1),
        Column("handover_on", Text(en="Hand-over", zh="可交地日期")),
        Column("reasons", Text(en="Why", zh="理由")),
    )
    return Sheet(
        key="matches",
        title=_title(Text(en="Ground that fits", zh="适合的地块"), answers, is_single),
        table=_table(rows, _MATCH_KEYS, view),
        columns=columns if is_single else (*_PROJECT_COLUMNS, *columns),
    )


def _near_misses(answers: Sequence[Answer], desk: Desk, view: View) -> Sheet:
    is_single = len(answers) == 1
    rows = [
        _near_row(answer, near, view.language)
        for answer in answers
        for near in answer.near_misses
    ]
    columns = (
        Column("rank", Text(en="Rank", zh="序号")),
        Column("parcel_id", Text(en="Parcel", zh="地块编号")),
        Column("park_name", Text(en="Park", zh="园区")),
        Column("area", area_heading(view.unit), DISPLAY_DIGITS[view.unit]),
        *usable_columns(desk.records.reserve, view.unit),
        Column("relaxation", Text(en="What would admit it", zh="放宽条件")),
        *_constraint_columns(desk),
    )
    return Sheet(
        key="near_misses",
        title=Text(en="One condition short", zh="仅差一项"),
        table=_table(rows, _NEAR_KEYS, view),
        columns=columns if is_single else (*_PROJECT_COLUMNS, *columns),
    )


def _summary(answers: Sequence[Answer], desk: Desk, view: View) -> Sheet:
    rows = [_summary_row(answer, view.language) for answer in answers]
    table = _table(rows, _SUMMARY_KEYS, view)
    digits = DISPLAY_DIGITS[view.unit]
    return Sheet(
        key="summary",
        title=Text(en="Projects", zh="项目"),
        table=table,
        columns=(
            *_PROJECT_COLUMNS,
            Column("asked", _ASKED.format(unit=UNIT_TEXTS[view.unit]), digits),
            Column("fit_count", Text(en="Fit", zh="适合")),
            Column("near_count", Text(en="Nearly", zh="仅差一项")),
            Column("best_parcel", Text(en="Best parcel", zh="首选地块")),
            Column("best_park", Text(en="Park", zh="园区")),
            Column("best_area", area_heading(view.unit), digits),
            *usable_columns(desk.records.reserve, view.unit, key="best_usable"),
            Column("best_score", Text(en="Score", zh="得分"), 1),
            Column("handover_on", Text(en="Hand-over", zh="可交地日期")),
        ),
    )


def _constraint_columns(desk: Desk) -> tuple[Column, ...]:
    """Say what constraint layers concern; a match says it among its reasons."""
    if not desk.records.reserve.constraints:
        return ()
    return (Column("constraints", Text(en="Constraints", zh="约束")),)


_ASKED = Text(en="Asked for ({unit})", zh="需求面积（{unit}）")
_PROJECT_COLUMNS = (
    Column("project_id", Text(en="Project", zh="项目编号")),
    Column("project_name", Text(en="Name", zh="项目名称")),
)


def _title(text: Text, answers: Sequence[Answer], is_single: bool) -> Text:  # noqa: FBT001
    if not is_single:
        return text
    need = answers[0].need
    named = Text(en="{text}: {project} {name}", zh="{text}：{project} {name}")
    return named.format(text=text, project=need.project_id, name=need.name)


def _table(
    rows: list[dict[str, Any]], keys: tuple[str, ...], view: View
) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=list(keys))
    for name in ("area", "usable_area", "asked", "best_area", "best_usable"):
        if name in table:
            table[name] = from_m2(table[name].to_numpy(dtype=float), view.unit)
    for name in ("ready_on", "handover_on", "needed_by"):
        if name in table:
            table[name] = pd.to_datetime(table[name]).astype("datetime64[s]")
    return table


def _lot(answer: Answer, lot: Match | NearMiss, language: Language) -> dict[str, Any]:
    name = answer.park_names.get(lot.park_id)
    return {
        "project_id": answer.need.project_id,
        "project_name": answer.need.name,
        "rank": lot.rank,
        "parcel_id": lot.parcel_id,
        "park_id": lot.park_id,
        "park_name": lot.park_id if name is None else name.in_language(language),
        "area": lot.area_m2,
        "area_m2": lot.area_m2,
        "usable_area": lot.usable_m2,
        "usable_m2": lot.usable_m2,
        "constraints": _mark(language).join(
            text.in_language(language) for text in lot.constraints
        ),
    }


def _mark(language: Language) -> str:
    return "；" if language is Language.ZH else "; "


def _match_row(answer: Answer, match: Match, language: Language) -> dict[str, Any]:
    mark = _mark(language)
    return {
        **_lot(answer, match, language),
        "score": match.score,
        "ready_on": match.ready_on,
        "handover_on": match.handover_on,
        "reasons": mark.join(reason.in_language(language) for reason in match.reasons),
    }


def _near_row(answer: Answer, near: NearMiss, language: Language) -> dict[str, Any]:
    return {
        **_lot(answer, near, language),
        "condition": near.condition,
        "relaxation": near.relaxation.in_language(language),
        "ratio": near.ratio,
    }


def _summary_row(answer: Answer, language: Language) -> dict[str, Any]:
    row: dict[str, Any] = {
        "project_id": answer.need.project_id,
        "project_name": answer.need.name,
        "asked": answer.need.area_ideal_m2,
        "needed_by": answer.need.needed_by,
        "fit_count": answer.fit_count,
        "near_count": answer.near_count,
    }
    if not answer.matches:
        return {**row, "best_area": None, "best_usable": None, "best_score": None}
    best = _match_row(answer, answer.matches[0], language)
    return {
        **row,
        "best_parcel": best["parcel_id"],
        "best_park": best["park_name"],
        "best_area": best["area_m2"],
        "best_usable": best["usable_m2"],
        "best_score": best["score"],
        "handover_on": best["handover_on"],
    }
