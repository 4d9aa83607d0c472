"""The sheets about projects: matches, near misses, funnel, and findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zqland.areas import METHOD_TEXTS
from zqland.findings import FINDING_COLUMNS, findings_table
from zqland.text import Text
from zqland_geodata.workbook.form import Column

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from zqland.findings import Finding
    from zqland.matching import Answer, Match, NearMiss
    from zqland_geodata.workbook.form import Book
    from zqland_geodata.workbook.words import Words

MATCHES_PER_PROJECT = 5
"""Lots that are listed for a project, the best first."""

NEAR_MISSES_PER_PROJECT = 3
"""Near misses that are listed for a project, the nearest first."""


def add_matches(book: Book, answers: Sequence[Answer], words: Words) -> None:
    """Add the sheet of the best lots of each project, with score and reasons.

    Parameters
    ----------
    book
        The book.
    answers
        The answers.
    words
        The words and the unit.
    """
    title = _t("Matches", "匹配结果")
    limit = _t(
        "At most {count} lots a project; the number that fit stands beside it.",
        "每个项目最多列 {count} 宗；符合条件的宗数见“符合宗数”列。",
    ).format(count=MATCHES_PER_PROJECT)
    rows: list[tuple[Answer, Match | None]] = []
    for answer in answers:
        best = answer.matches[:MATCHES_PER_PROJECT]
        rows += [(answer, match) for match in best] or [(answer, None)]
    lots = [match for _, match in rows]
    sheet = book.add_sheet(title, title, [_basis(answers), limit])
    sheet.write_table(
        [
            *_project_columns([answer for answer, _ in rows], words),
            Column(
                _t("Fit", "符合宗数"),
                [a.fit_count for a, _ in rows],
                kind="count",
                width=7,
            ),
            Column(_t("Rank", "序号"), _each(lots, "rank"), kind="count", width=6),
            *_lot_columns(lots, words),
            Column(_t("Score", "得分"), _each(lots, "score"), kind="score", width=7),
            Column(_t("Ready on", "达标日期"), _each(lots, "ready_on"), kind="date"),
            Column(
                _t("In hand by", "可交地日期"), _each(lots, "handover_on"), kind="date"
            ),
            Column(
                _t("Reasons", "理由"),
                [_reasons(match, words) for match in lots],
                width=70,
            ),
        ]
    )


def add_near_misses(book: Book, answers: Sequence[Answer], words: Words) -> None:
    """Add the sheet of lots that fail one condition, and what would admit them.

    Parameters
    ----------
    book
        The book.
    answers
        The answers.
    words
        The words and the unit.
    """
    title = _t("Near misses", "近似地块")
    note = _t(
        "Each fails exactly one condition; the nearest first.",
        "每宗仅一项条件不符，差距小者在前。",
    )
    rows = [
        (answer, near)
        for answer in answers
        for near in answer.near_misses[:NEAR_MISSES_PER_PROJECT]
    ]
    if not rows:
        return
    lots = [near for _, near in rows]
    sheet = book.add_sheet(title, title, [_basis(answers), note])
    sheet.write_table(
        [
            *_project_columns([answer for answer, _ in rows], words),
            *_lot_columns(lots, words),
            Column(
                _t("What would admit it", "放宽条件"),
                [near.relaxation.in_language(words.language) for near in lots],
                width=60,
            ),
            Column(
                _t("Shortfall in tolerances", "差距（容差倍数）"),
                [near.ratio for near in lots],
                kind="ratio",
            ),
            Column(
                _t("Constraints", "约束"),
                [_listed(near.constraints, words) for near in lots],
                width=40,
            ),
        ]
    )


def add_funnel(book: Book, answers: Sequence[Answer], words: Words) -> None:
    """Add the sheet of the funnel: how many parcels each condition removed.

    Parameters
    ----------
    book
        The book.
    answers
        The answers.
    words
        The words and the unit.
    """
    title = _t("Funnel", "筛选漏斗")
    note = _t(
        "From the free parcels on the left each condition removes some of those left.",
        "自左至右：从可供地块起，每项条件在剩余地块中淘汰的宗数。",
    )
    asked = {step.condition for answer in answers for step in answer.funnel}
    order = dict.fromkeys(("area_known", *words.conditions))
    conditions = [key for key in (*order, *sorted(asked - set(order))) if key in asked]
    removed = [
        {step.condition: step.removed for step in answer.funnel} for answer in answers
    ]
    sheet = book.add_sheet(title, title, [note])
    sheet.write_table(
        [
            *_project_columns(answers, words),
            Column(
                _t("Free", "可供宗数"), [a.free_count for a in answers], kind="count"
            ),
            *(
                Column(
                    _CONDITIONS.get(key, Text(en=key, zh=key)),
                    [steps.get(key) for steps in removed],
                    kind="count",
                    width=9,
                )
                for key in conditions
            ),
            Column(_t("Fit", "符合宗数"), [a.fit_count for a in answers], kind="count"),
            Column(
                _t("Near misses", "近似宗数"),
                [a.near_count for a in answers],
                kind="count",
            ),
        ]
    )


def add_findings(book: Book, findings: Sequence[Finding]) -> None:
    """Add the sheet of what was found while reading the records.

    Parameters
    ----------
    book
        The book.
    findings
        The findings.
    """
    title = _t("Findings", "问题清单")
    table = findings_table(findings, language=book.language)
    sheet = book.add_sheet(title, title)
    sheet.write_table(
        [
            Column(_FINDINGS[name], table[name], width=_FINDING_WIDTHS.get(name, 14))
            for name in FINDING_COLUMNS
        ]
    )


def _project_columns(answers: Sequence[Answer], words: Words) -> list[Column]:
    needs = [answer.need for answer in answers]
    return [
        Column(
            _t("Project", "项目编号"), [need.project_id for need in needs], width=10
        ),
        Column(_t("Name", "项目名称"), [need.name for need in needs], width=26),
        _areas(_t("Needs", "用地需求"), [need.area_ideal_m2 for need in needs], words),
        Column(
            _t("Readiness", "用地条件"),
            [
                words.predicates[need.predicate].in_language(words.language)
                for need in needs
            ],
            width=11,
        ),
        Column(
            _t("Needed by", "用地日期"), [need.needed_by for need in needs], kind="date"
        ),
    ]


def _lot_columns(lots: Sequence[Match | NearMiss | None], words: Words) -> list[Column]:
    parks = [
        None if lot is None else words.parks.get(lot.park_id, lot.park_id)
        for lot in lots
    ]
    return [
        Column(_t("Parcel", "地块编号"), _each(lots, "parcel_id"), width=16),
        Column(_t("Park", "园区"), parks, width=22),
        _areas(
            _t("Area", "面积"),
            [None if lot is None else lot.area_m2 for lot in lots],
            words,
        ),
        _areas(
            _t("Usable", "可用面积"),
            [None if lot is None else lot.usable_m2 for lot in lots],
            words,
        ),
    ]


def _areas(heading: Text, values_m2: Iterable[float | None], words: Words) -> Column:
    return Column(
        words.heading(heading),
        [None if value is None else words.area(value) for value in values_m2],
        kind=words.area_kind,
        width=11,
    )


def _each(lots: Sequence[object | None], attribute: str) -> list[object]:
    """Return an attribute of each lot; nothing for a project without one."""
    return [None if lot is None else getattr(lot, attribute) for lot in lots]


def _reasons(match: Match | None, words: Words) -> str:
    if match is None:
        return _NONE_FITS.in_language(words.language)
    return _listed(match.reasons, words)


def _listed(texts: Sequence[Text], words: Words) -> str:
    mark = _t("; ", "；").in_language(words.language)
    return mark.join(text.in_language(words.language) for text in texts)


def _basis(answers: Sequence[Answer]) -> Text:
    """Name the basis of the areas, from the answers themselves."""
    methods = list(dict.fromkeys(METHOD_TEXTS[answer.basis] for answer in answers))
    return Text(
        en="Basis: " + ", ".join(method.en for method in methods),
        zh="面积口径：" + "、".join(method.zh for method in methods),
    )


def _t(en: str, zh: str) -> Text:
    return Text(en=en, zh=zh)


_NONE_FITS = _t(
    "No whole parcel fits; see the near misses and the funnel.",
    "无整宗地块符合；请看近似地块与筛选漏斗。",
)

_CONDITIONS = {
    "area_known": _t("Area unknown", "面积不明"),
    "area_min": _t("Too small", "偏小"),
    "area_max": _t("Too large", "偏大"),
    "forbidden": _t("Forbidden ground", "禁止区域"),
    "ready_in_time": _t("Not ready in time", "不能按期"),
    "land_class": _t("Class", "用地类别"),
    "park": _t("Excluded park", "排除园区"),
    "power": _t("Power", "供电"),
    "water": _t("Water", "供水"),
    "gas": _t("Gas", "供气"),
    "steam": _t("Steam", "供热"),
    "sewage": _t("Sewage", "排污"),
    "promise": _t("Promise too low", "承诺指标"),
}

_FINDINGS = {
    "record": _t("Record", "记录"),
    "field": _t("Field", "字段"),
    "value": _t("Found", "发现值"),
    "rule": _t("Rule", "规则"),
    "severity": _t("Severity", "级别"),
    "message": _t("Message", "说明"),
    "action": _t("Done", "处理"),
    "place": _t("Place", "位置"),
}
_FINDING_WIDTHS = {"message": 50.0, "action": 34.0}
