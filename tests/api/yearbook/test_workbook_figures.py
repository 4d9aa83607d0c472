"""The yearbook as a workbook: its formulas, its proof, its sheets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from zqland import ledger
from zqland.units import Unit, from_m2
from zqland_api.yearbook.pages import MOVED, PAGES, PARCELS

if TYPE_CHECKING:
    from tests.api.yearbook.conftest import Calculator  # noqa: TID251 - for its type only
    from zqland_api.yearbook.year import Year

BOTH = ("chinese", "english")


@pytest.fixture(params=BOTH)
def written(request: pytest.FixtureRequest) -> Calculator:
    found: Calculator = request.getfixturevalue(request.param)
    return found


def test_every_formula_gives_the_value_that_is_stored_with_it(
    written: Calculator,
) -> None:
    assert written.faults() == []


def test_the_figures_are_formulas(chinese: Calculator) -> None:
    sheets = [sheet for sheet, *_ in chinese.formulas()]

    assert len(sheets) > 400
    assert {page.name.zh for page in PAGES} - set(sheets) == {"报批步骤", "预留地块"}


def test_a_wrong_figure_would_be_found(chinese: Calculator) -> None:
    own = chinese.book["地块清单"]
    place = next(cell.coordinate for cell in own[6] if isinstance(cell.value, float))
    before, known = own[place].value, dict(chinese.known)
    own[place] = before + 1.0
    chinese.known.clear()
    try:
        wrong = chinese.faults("收支平衡", "三种口径")
    finally:
        own[place] = before
        chinese.known.clear()
        chinese.known.update(known)

    assert {sheet for sheet, *_ in wrong} == {"收支平衡", "三种口径"}


@pytest.mark.parametrize(
    ("name", "sheet", "heading", "sides"),
    [
        ("chinese", "收支平衡", "台账", "期初 增加 减少 分合更正差 期末"),
        ("english", "Balance", "Book", "Opening In Out Reshaped Closing"),
    ],
)
def test_opening_plus_in_less_out_is_closing_on_every_line(
    name: str,
    sheet: str,
    heading: str,
    sides: str,
    request: pytest.FixtureRequest,
) -> None:
    calculator: Calculator = request.getfixturevalue(name)
    rows = calculator.table(sheet, heading)

    assert len(rows) > 10
    for row in rows:
        opening, more, less, reshaped, closing = (row[side] for side in sides.split())
        assert opening + more - less + reshaped == pytest.approx(closing, abs=1e-6)
        assert "✓" in row.values()


def test_the_cover_says_that_every_line_closes(written: Calculator) -> None:
    cells = [cell.value for cell in written.stored.worksheets[0]["B"]]

    assert {"各册各项均平衡", "Every line closes"} & set(cells)


def test_the_cover_names_the_version_of_the_store(english: Calculator) -> None:
    cover = english.stored.worksheets[0]
    said = {row[0]: row[1] for row in cover.iter_rows(max_col=2, values_only=True)}

    assert said["Ledger version"] == "4"
    assert said["As of"] == "2023-09-05"
    assert said["Basis"].startswith("planar")


def test_sheets_stand_in_their_order_in_both_languages(
    chinese: Calculator, english: Calculator
) -> None:
    pages = [*PAGES, PARCELS, MOVED]

    assert chinese.book.sheetnames == ["封面", *(page.name.zh for page in pages)]
    assert english.book.sheetnames == ["Cover", *(page.name.en for page in pages)]


def test_no_sheet_of_one_language_says_the_key_of_a_column(written: Calculator) -> None:
    cells = {
        value
        for sheet in written.stored
        for row in sheet.iter_rows(values_only=True)
        for value in row
        if isinstance(value, str)
    }

    assert [cell for cell in cells if cell.endswith(("_m2", "_on", "_id"))] == []


def test_the_stock_of_the_workbook_is_that_of_the_ledger(
    chinese: Calculator, year: Year
) -> None:
    table = ledger.stock(year.books, on=year.period.last)
    mature = table[table["predicate"].eq("mature") & table["status"].eq("all")]
    (row,) = [row for row in chinese.table("三种口径", "台账") if row["台账"] == "熟地"]

    figures = [float(from_m2(area, Unit.MU)) for area in mature["planar_m2"]]
    assert [row["面积·平面面积"]] == pytest.approx(figures)


def test_a_split_and_a_merger_stand_among_the_movements(english: Calculator) -> None:
    rows = english.table("Movements", "Book")
    moved = {(row["From parcel"], row["To parcel"]) for row in rows}

    assert {
        ("GXQ-AB-001", "GXQ-AB-001-1"),
        ("GXQ-AB-001", "GXQ-AB-001-2"),
        ("GXQ-AB-001-1", "GXQ-AB-009"),
        ("GXQ-AB-001-2", "GXQ-AB-009"),
    } <= moved


def test_a_park_holds_its_own_parcels_only(english: Calculator) -> None:
    rows = english.table("Parcels", "Parcel")

    assert {row["Park code"] for row in rows} == {"GXQ"}


def test_parcels_are_linked_to_their_line(chinese: Calculator) -> None:
    sheet = chinese.book["变动明细"]
    cell = next(cell for cell in sheet["F"] if cell.hyperlink)
    place = cell.hyperlink.location.rpartition("!")[2]

    assert chinese.book["地块清单"][place].value == cell.value


def test_the_pace_is_a_line_over_the_months(chinese: Calculator) -> None:
    charts = chinese.book["目标与进度"]._charts

    assert [type(chart).__name__ for chart in charts] == [
        "LineChart",
        "LineChart",
        "BarChart",
    ]


def test_a_batch_that_does_not_fit_is_marked(chinese: Calculator) -> None:
    rows = chinese.table("规模与指标", "批次编号")
    unfit = {row["批次编号"] for row in rows if row["可安排"] == "✗"}

    assert unfit == {"PC-2023-441204-2"}


def test_contracts_are_added_up_by_state(chinese: Calculator) -> None:
    totals = {row["状态"]: row["合同数"] for row in chinese.table("闲置土地", "状态")}
    contracts = chinese.table("闲置土地", "合同编号")

    assert sum(totals.values()) == len(contracts)
    assert totals["闲置满两年"] == 1


def test_years_of_approval_add_up(chinese: Calculator) -> None:
    rows = chinese.table("批而未供", "批准年度")

    assert [row["批准年度"] for row in rows] == [str(one) for one in range(2018, 2024)]


def test_what_can_be_done_now_is_listed_by_batch(english: Calculator) -> None:
    rows = english.table("Approval steps", "Batch")

    assert {row["State"] for row in rows} <= {"running", "can begin", "waiting"}
    assert all(row["Why"] for row in rows)


def test_held_ground_is_listed_and_linked(english: Calculator) -> None:
    (row,) = english.table("Held", "Hold")

    assert row["Parcel"] == "GXQ-AB-002"
    assert row["Held, planar"] > 0


def test_what_contradicts_itself_is_said_below_the_list(english: Calculator) -> None:
    said = [cell.value for cell in english.stored["Idle land"]["A"]]
    wrong = "error – HT-2021-009: agreed finish on 2001-01-01"

    assert any(str(line).startswith(wrong) for line in said)


def test_quotas_of_a_park_are_those_of_the_city(english: Calculator) -> None:
    said = [cell.value for cell in english.stored["Quotas"]["A"]]

    assert any("not to parks" in str(line) for line in said)
