"""The sheets about the reserve: summary, stock and parcels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zqland import acreage
from zqland.areas import METHOD_TEXTS, Method
from zqland.constraints import RULE_TEXTS
from zqland.readiness.rules import PREDICATES
from zqland.text import Text
from zqland.units import UNIT_TEXTS
from zqland_geodata.workbook.form import Column
from zqland_geodata.workbook.words import Words, named

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from zqland.reserve import ReserveState
    from zqland_geodata.workbook.form import Book

NEVER_ADDED = Text(
    en="Mature and standard land are two ledgers of the same ground: never add them.",
    zh="熟地与标准地是同一批土地的两本台账，不得相加。",
)
"""The note on every sheet that shows both."""

USABLE = Text(en="Usable", zh="可用面积")
"""Heading of the areas without forbidden and deducted ground."""

PARCEL_METHODS = (Method.DECLARED, Method.PLANAR, Method.ELLIPSOID_OFFICIAL)
"""The areas that the sheet of parcels shows."""

_MISSING_FOR = ("mature", "standard")


def add_summary(book: Book, state: ReserveState, words: Words, *, title: Text) -> None:
    """Add the sheet with the as-of date, the bases, and progress against targets.

    Parameters
    ----------
    book
        The book.
    state
        The reserve as of a date.
    words
        The words and the unit.
    title
        Title of the sheet.
    """
    sheet = book.add_sheet(_t("Summary", "概况"), title, [NEVER_ADDED])
    sheet.row += 1
    parcels = state.parcels
    sheet.write_pair(_t("As of", "截至日期"), state.on, "date")
    sheet.write_pair(
        _t("Basis of the books", "台账面积口径"), book.say(METHOD_TEXTS[words.ledger])
    )
    sheet.write_pair(
        _t("Basis of the targets", "目标面积口径"),
        book.say(METHOD_TEXTS[words.targets]),
    )
    sheet.write_pair(_t("Unit", "面积单位"), book.say(UNIT_TEXTS[words.unit]))
    sheet.write_pair(_t("Catalogue", "规则目录版本"), state.catalogue_hash)
    sheet.write_pair(_t("Parcels", "地块数"), len(parcels), "count")
    sheet.write_pair(
        _t("Free parcels", "可供地块数"), int(parcels["free"].sum()), "count"
    )
    if state.reserve.constraints:
        names = [book.say(layer.text) for layer in state.reserve.constraints]
        mark = book.say(_t(", ", "、"))
        sheet.write_pair(_t("Constraint layers", "约束图层"), mark.join(names))
    if not state.reserve.targets.empty:
        sheet.write_table(_progress_columns(state, words))


def add_stock(book: Book, state: ReserveState, words: Words) -> None:
    """Add the sheet of the stock by park and status, a column per predicate.

    Parameters
    ----------
    book
        The book.
    state
        The reserve as of a date.
    words
        The words and the unit.
    """
    title = _t("Stock by park and status", "各园区存量（按状态）")
    method = METHOD_TEXTS[words.ledger]
    basis = _t("Basis: {method}", "面积口径：{method}").format(method=method)
    note = _t(
        "Parcels whose documents state no area are counted apart, never filled in.",
        "文件未载明面积的地块单列，不作推算。",
    )
    sheet = book.add_sheet(_t("Stock", "存量"), title, [NEVER_ADDED, basis, note])
    sheet.write_table(_stock_columns(state, words))


def add_parcels(book: Book, state: ReserveState, words: Words) -> None:
    """Add the sheet of all parcels with areas, readiness and what is missing.

    Parameters
    ----------
    book
        The book.
    state
        The reserve as of a date.
    words
        The words and the unit.
    """
    title = _t("Parcels", "地块清单")
    note = _t(
        "“reached” is the first day of the unbroken run that contains the as-of date, "
        "“expected” the day from the evidence that is due.",
        "“达到”为截至日所在连续期间的首日，“预计”按尚未到期的计划佐证推算。",
    )
    sheet = book.add_sheet(title, title, [note])
    sheet.write_table(_parcel_columns(state, words))


def _progress_columns(state: ReserveState, words: Words) -> list[Column]:
    progress = acreage.progress(state, basis=words.targets)
    predicates = [words.predicates[str(key)] for key in progress["predicate"]]
    columns = [
        Column(
            _t("Target for", "目标"),
            [text.in_language(words.language) for text in predicates],
            width=24,
        ),
        Column(_t("Year", "年度"), progress["year"], kind="figure", width=16),
        Column(_t("Scope", "范围"), _scopes(progress["scope"], words), width=12),
        _area(words, _t("Target", "目标面积"), progress["target_m2"]),
        _area(words, _t("Done", "已完成"), progress["done_m2"], method=words.targets),
        _area(
            words,
            _usable_of(_t("Done", "已完成")),
            progress["usable_done_m2"],
            method=words.targets,
        ),
        Column(_t("Parcels", "宗数"), progress["count"], kind="count", width=8),
        Column(_t("Share", "完成率"), progress["share"], kind="share", width=9),
        Column(_t("Of the year", "时间进度"), progress["linear_share"], kind="share"),
        _area(words, _t("Remaining", "尚需"), progress["remaining_m2"]),
        Column(
            _t("Days left", "剩余天数"), progress["days_left"], kind="count", width=9
        ),
        _area(words, _t("Needed per day", "每日需完成"), progress["needed_m2_per_day"]),
        _area(words, _t("Done per day", "已日均完成"), progress["achieved_m2_per_day"]),
        Column(
            _t("Speed-up", "需提速倍数"), progress["speed_up"], kind="ratio", width=10
        ),
    ]
    others = [m for m in Method if f"done_{m}_m2" in progress and m != words.targets]
    columns += [
        _area(words, _t("Done", "已完成"), progress[f"done_{other}_m2"], method=other)
        for other in others
    ]
    return [*columns, *_lacking(progress, words, total=False)]


def _scopes(scopes: pd.Series[str], words: Words) -> list[str]:
    city = _t("whole city", "全市").in_language(words.language)
    return named(scopes, {acreage.CITY: city, **words.parks})


def _stock_columns(state: ReserveState, words: Words) -> list[Column]:
    stock = acreage.stock(state, basis=words.ledger)
    keys = ["park_id", "status"]
    figures = ["count", "area_m2", "usable_m2"]
    whole = stock[stock["predicate"] == "all"].set_index(keys)
    columns = [
        Column(
            _t("Park", "园区"),
            named(whole.index.get_level_values(0), words.parks),
            width=34,
        ),
        Column(
            _t("Status", "状态"),
            named(whole.index.get_level_values(1), words.statuses),
            width=11,
        ),
        Column(
            _t("Parcels", "宗数"), whole["count"], kind="count", width=9, total=True
        ),
        _area(words, _t("All", "全部"), whole["area_m2"], total=True),
        _area(words, USABLE, whole["usable_m2"], total=True),
    ]
    for predicate in PREDICATES:
        text = words.predicates[predicate]
        held = stock[stock["predicate"] == predicate].set_index(keys)[figures]
        held = held.reindex(whole.index, fill_value=0)
        count = Text(en=f"{text.en}: parcels", zh=f"{text.zh}宗数")
        columns += [
            Column(count, held["count"], kind="count", width=10, total=True),
            _area(words, text, held["area_m2"], total=True),
            _area(words, _usable_of(text), held["usable_m2"], total=True),
        ]
    return [*columns, *_lacking(whole, words, total=True)]


def _lacking(table: pd.DataFrame, words: Words, *, total: bool) -> list[Column]:
    """Show how much stands in no total because its figure is not known."""
    columns = []
    for prefix, count, area in (
        ("", _t("Without a figure", "缺面积宗数"), _t("Without a figure", "缺面积")),
        (
            "usable_",
            _t("Usable not known", "可用面积不明宗数"),
            _t("Usable not known", "可用面积不明"),
        ),
    ):
        columns += [
            Column(
                count,
                table[f"{prefix}lacking_count"],
                kind="count",
                width=10,
                total=total,
            ),
            _area(
                words,
                area,
                table[f"{prefix}lacking_planar_m2"],
                method=acreage.MEASURED,
                total=total,
            ),
        ]
    return columns


def _usable_of(text: Text) -> Text:
    return Text(en=f"{text.en}: usable", zh=f"{text.zh}可用")


def _parcel_columns(state: ReserveState, words: Words) -> list[Column]:
    parcels = state.parcels
    columns = [
        Column(_t("Parcel", "地块编号"), parcels.index, width=16),
        Column(_t("Name", "名称"), parcels["name"], width=22),
        Column(_t("Park", "园区"), named(parcels["park_id"], words.parks), width=22),
        Column(_t("District", "区县"), parcels["district"], width=9),
        Column(_t("Class", "用地类别"), _optional(parcels, "land_class"), width=8),
        Column(
            _t("Status", "状态"), named(parcels["status"], words.statuses), width=10
        ),
        Column(_t("Since", "状态起始"), parcels["status_since"], kind="date"),
        Column(_t("Stage", "阶段"), named(parcels["stage"], words.stages), width=10),
        Column(
            _t("Connections", "配套等级"),
            named(parcels["utility_set"], words.sets),
            width=14,
        ),
    ]
    for method in PARCEL_METHODS:
        columns += [
            _area(
                words,
                heading,
                parcels[column],
                method=method,
                total=method is Method.DECLARED,
            )
            for heading, column in (
                (_t("Area", "面积"), f"{method}_m2"),
                (USABLE, f"usable_{method}_m2"),
            )
            if column in parcels
        ]
    columns.append(_constraint_column(state, words))
    columns.append(
        Column(
            _t("Price (wan yuan/mu)", "地价（万元/亩）"),
            _optional(parcels, "price_wan_per_mu"),
            kind="score",
            width=10,
        )
    )
    for predicate in PREDICATES:
        columns += _predicate_columns(parcels, predicate, words)
    return columns


def _constraint_column(state: ReserveState, words: Words) -> Column:
    """Name the constraint layers that concern each parcel."""
    names = {
        layer.key: _t("{layer}: {rule}", "{layer}：{rule}")
        .format(layer=layer.text, rule=RULE_TEXTS[layer.rule])
        .in_language(words.language)
        for layer in state.reserve.constraints
    }
    keys = _optional(state.parcels, "constraints")
    texts = [words.listed(found, names) for found in keys]
    return Column(_t("Constraints", "约束"), texts, width=24)


def _predicate_columns(
    parcels: pd.DataFrame, predicate: str, words: Words
) -> list[Column]:
    text = words.predicates[predicate]
    columns = [
        Column(
            Text(en=f"{text.en}: {label.en}", zh=f"{text.zh}{label.zh}"),
            parcels[f"{predicate}_{key}"],
            kind="date",
        )
        for key, label in (
            ("reached_on", _t("reached", "达到")),
            ("first_reached_on", _t("first reached", "首次达到")),
            ("expected_on", _t("expected", "预计")),
        )
    ]
    if predicate in _MISSING_FOR:
        missing = [
            words.listed(keys, words.items) for keys in parcels[f"{predicate}_missing"]
        ]
        heading = Text(en=f"{text.en}: missing", zh=f"{text.zh}尚缺")
        columns.append(Column(heading, missing, width=40))
    return columns


def _area(
    words: Words,
    heading: Text,
    values_m2: pd.Series[float],
    *,
    method: Method | None = None,
    total: bool = False,
) -> Column:
    return Column(
        words.heading(heading, method=method),
        words.area(values_m2.astype("float64")),
        kind=words.area_kind,
        width=13,
        total=total,
    )


def _optional(parcels: pd.DataFrame, column: str) -> Iterable[object]:
    if column in parcels:
        return parcels[column]
    return [None] * len(parcels)


def _t(en: str, zh: str) -> Text:
    return Text(en=en, zh=zh)
