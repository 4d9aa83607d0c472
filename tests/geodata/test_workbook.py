"""The workbook: what stands on its sheets, and that nothing in it can run."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import openpyxl
import pytest

from zqland import acreage
from zqland.catalogues import load_catalogues
from zqland.errors import BasisError
from zqland.findings import Finding, Severity
from zqland.matching import Snapshot, match_all
from zqland.needs import from_projects
from zqland.reserve import as_of
from zqland.text import Text
from zqland_geodata import demo
from zqland_geodata.workbook import write_workbook
from zqland_geodata.workbook.form import Column, open_book

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

    from zqland.matching import Answer
    from zqland.reserve import ReserveState

EVIL = ("=1+1", "+cmd|'/c calc'!A0", "-2+3", "@SUM(A1)", "http://example.org/", "{=1}")
ZERO = Finding(
    record="A-1",
    field="geometry",
    value="=0",
    rule="geometry.zero_area",
    severity=Severity.ERROR,
    message=Text(en="no area", zh="面积为零"),
    action=Text(en="kept", zh="保留"),
)


@pytest.fixture(scope="module")
def state() -> ReserveState:
    """Return the demonstration city as of its day."""
    return as_of(demo.create_city(), on=demo.ON, catalogues=load_catalogues())


@pytest.fixture(scope="module")
def answers(state: ReserveState) -> list[Answer]:
    """Return the answers to the first twenty projects."""
    catalogues = load_catalogues()
    projects = state.reserve.projects.iloc[:20]
    snapshot = Snapshot.of(state, catalogues=catalogues)
    return match_all(from_projects(projects, catalogues.matching), snapshot, top=20)


@pytest.fixture(scope="module")
def path(
    state: ReserveState, answers: list[Answer], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Write the whole book in Chinese once."""
    target = tmp_path_factory.mktemp("book") / "储备.xlsx"
    write_workbook(target, state, answers, language="zh", findings=[ZERO])
    return target


@pytest.fixture
def book(path: Path) -> openpyxl.Workbook:
    """Open the book."""
    return openpyxl.load_workbook(path)


def table(sheet: Worksheet) -> tuple[list[object], list[tuple[object, ...]]]:
    """Return the headings and rows of a sheet's table."""
    head = int(re.sub(r"\D", "", sheet.print_title_rows.split(":")[0]))
    headings = [cell.value for cell in sheet[head]]
    return headings, list(sheet.iter_rows(min_row=head + 1, values_only=True))


def column(sheet: Worksheet, heading: str) -> list[object]:
    headings, rows = table(sheet)
    return [row[headings.index(heading)] for row in rows]


def renamed(state: ReserveState, names: tuple[str, ...]) -> ReserveState:
    """Give the first parcels other names."""
    parcels = state.parcels.copy()
    parcels.iloc[: len(names), parcels.columns.get_loc("name")] = list(names)
    return replace(state, parcels=parcels)


def test_the_book_has_its_sheets(book: openpyxl.Workbook) -> None:
    assert book.sheetnames == [
        "概况",
        "存量",
        "地块清单",
        "匹配结果",
        "近似地块",
        "筛选漏斗",
        "问题清单",
    ]


def test_the_summary_states_progress_against_the_targets(
    book: openpyxl.Workbook,
) -> None:
    done = column(book["概况"], "已完成·文件载明面积（亩）")

    assert [round(figure, 2) for figure in done] == [1701.00, 484.00]
    assert column(book["概况"], "目标面积（亩）") == pytest.approx([8800, 3800])


def test_the_summary_names_day_basis_and_catalogue(
    book: openpyxl.Workbook, state: ReserveState
) -> None:
    pairs = {row[0]: row[1] for row in book["概况"].iter_rows(values_only=True)}

    assert pairs["截至日期"].date() == demo.ON
    assert pairs["台账面积口径"] == "文件载明面积"
    assert pairs["规则目录版本"] == state.catalogue_hash


def test_every_sheet_says_that_the_parcels_are_fictional(
    book: openpyxl.Workbook,
) -> None:
    assert all("虚构" in sheet["A2"].value for sheet in book)
    assert all("虚构" in sheet.oddFooter.left.text for sheet in book)


def test_a_real_reserve_is_marked_internal(state: ReserveState, tmp_path: Path) -> None:
    real = replace(state, reserve=replace(state.reserve, fictional=False))

    write_workbook(tmp_path / "real.xlsx", real)

    sheet = openpyxl.load_workbook(tmp_path / "real.xlsx").active
    assert sheet["A2"].value.startswith("内部")


def test_the_stock_adds_up_to_the_acreage_books(
    book: openpyxl.Workbook, state: ReserveState
) -> None:
    stock = acreage.stock(state, by=())
    mature = stock.loc[stock["predicate"] == "mature", "area_m2"].sum()

    figures = column(book["存量"], "熟地（亩）")[:-1]

    assert sum(figures) == pytest.approx(mature * 0.0015)


def test_totals_are_formulas_that_follow_the_filter(book: openpyxl.Workbook) -> None:
    total = column(book["存量"], "熟地（亩）")[-1]

    assert re.fullmatch(r"=SUBTOTAL\(109,([A-Z])\d+:\1\d+\)", total)


def test_no_formula_adds_mature_and_standard_land(book: openpyxl.Workbook) -> None:
    formulas = [
        cell.value
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    ]

    assert formulas
    assert all(re.fullmatch(r"=SUBTOTAL\(109,(\w)\d+:\1\d+\)", f) for f in formulas)


def test_totals_carry_their_value_for_viewers_that_do_not_calculate(
    path: Path, book: openpyxl.Workbook
) -> None:
    values = openpyxl.load_workbook(path, data_only=True)["存量"]

    assert column(values, "宗数")[-1] == sum(column(book["存量"], "宗数")[:-1])


def test_every_parcel_stands_on_its_sheet_with_three_areas(
    book: openpyxl.Workbook, state: ReserveState
) -> None:
    headings, rows = table(book["地块清单"])

    assert [row[0] for row in rows[:-1]] == state.parcels.index.to_list()
    assert sum(str(heading).startswith("面积") for heading in headings) == 3


def test_every_total_area_of_a_parcel_has_its_usable_area_beside_it(
    book: openpyxl.Workbook,
) -> None:
    headings = [str(heading) for heading in table(book["地块清单"])[0]]
    totals = [at for at, text in enumerate(headings) if text.startswith("面积")]
    beside = [headings[at + 1] for at in totals]
    assert beside == [f"可用{headings[at]}" for at in totals]


def test_missing_items_are_written_out_in_words(book: openpyxl.Workbook) -> None:
    missing = [cell for cell in column(book["地块清单"], "熟地尚缺") if cell]

    assert any("场地平整" in cell for cell in missing)
    assert not any("levelled" in cell for cell in missing)


def test_projects_without_a_lot_keep_their_row(
    book: openpyxl.Workbook, answers: list[Answer]
) -> None:
    listed = set(column(book["匹配结果"], "项目编号"))

    assert listed == {answer.need.project_id for answer in answers}
    assert any("无整宗地块" in reason for reason in column(book["匹配结果"], "理由"))


def test_the_funnel_of_each_project_ends_at_what_fits(
    book: openpyxl.Workbook, answers: list[Answer]
) -> None:
    headings, rows = table(book["筛选漏斗"])
    free, fit = headings.index("可供宗数"), headings.index("符合宗数")

    assert len(rows) == len(answers)
    for row in rows:
        assert row[free] - sum(cell or 0 for cell in row[free + 1 : fit]) == row[fit]


def test_near_misses_say_what_would_admit_them(
    book: openpyxl.Workbook, answers: list[Answer]
) -> None:
    wanted = sum(min(3, len(answer.near_misses)) for answer in answers)

    assert (
        len([cell for cell in column(book["近似地块"], "放宽条件") if cell]) == wanted
    )


def test_findings_are_listed(book: openpyxl.Workbook) -> None:
    _, rows = table(book["问题清单"])

    assert rows[0][:6] == (
        "A-1",
        "geometry",
        "=0",
        "geometry.zero_area",
        "错误",
        "面积为零",
    )


def test_sheets_print_on_a4_across_with_their_headings(
    book: openpyxl.Workbook,
) -> None:
    for sheet in book:
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.page_setup.paperSize == 9
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.page_setup.fitToWidth in {None, 1}  # one page is the default
        assert sheet.page_setup.fitToHeight == 0
        assert sheet.print_title_rows
        assert sheet.freeze_panes
        assert sheet.auto_filter.ref


def test_names_that_look_like_formulas_stay_text(
    state: ReserveState, tmp_path: Path
) -> None:
    write_workbook(tmp_path / "evil.xlsx", renamed(state, EVIL))

    sheet = openpyxl.load_workbook(tmp_path / "evil.xlsx")["地块清单"]
    cells = [cell for row in sheet.iter_rows(max_row=20) for cell in row]
    found = [cell for cell in cells if cell.value in EVIL]
    assert len(found) == len(EVIL)
    assert {cell.data_type for cell in found} == {"s"}
    assert not any(cell.hyperlink for cell in cells)


def test_an_ampersand_in_the_notice_is_no_print_code(tmp_path: Path) -> None:
    notice = Text(en="A & B &D", zh="甲&乙")
    title = Text(en="T", zh="T")

    with open_book(
        tmp_path / "x.xlsx", language="en", notice=notice, title=title
    ) as book:
        book.add_sheet(title, title)

    sheet = openpyxl.load_workbook(tmp_path / "x.xlsx").active
    assert "A && B &&D" in sheet.oddFooter.left.text


def test_the_book_can_be_english_and_in_hectares(
    state: ReserveState, tmp_path: Path
) -> None:
    write_workbook(tmp_path / "en.xlsx", state, language="en", unit="ha")

    book = openpyxl.load_workbook(tmp_path / "en.xlsx")
    assert book.sheetnames == ["Summary", "Stock", "Parcels"]
    assert column(book["Summary"], "Done, declared (ha)")[0] == pytest.approx(113.4)


def test_a_book_without_targets_has_no_progress(
    state: ReserveState, tmp_path: Path
) -> None:
    targets = state.reserve.targets.iloc[:0]
    reserve = replace(state.reserve, targets=targets)

    write_workbook(tmp_path / "x.xlsx", replace(state, reserve=reserve), language="en")

    sheet = openpyxl.load_workbook(tmp_path / "x.xlsx")["Summary"]
    assert sheet.print_title_rows is None


def test_parcels_without_classes_and_prices_are_written(
    state: ReserveState, tmp_path: Path
) -> None:
    bare = state.parcels.drop(columns=["land_class", "price_wan_per_mu"])

    write_workbook(tmp_path / "x.xlsx", replace(state, parcels=bare))

    sheet = openpyxl.load_workbook(tmp_path / "x.xlsx")["地块清单"]
    assert set(column(sheet, "用地类别")) == {None}


def test_answers_without_near_misses_make_no_sheet_of_them(
    state: ReserveState, answers: list[Answer], tmp_path: Path
) -> None:
    alone = [replace(answer, near_misses=()) for answer in answers]

    write_workbook(tmp_path / "x.xlsx", state, alone, language="en")

    assert "Near misses" not in openpyxl.load_workbook(tmp_path / "x.xlsx").sheetnames


def test_a_failure_leaves_the_old_book_and_nothing_else(
    state: ReserveState, tmp_path: Path
) -> None:
    target = tmp_path / "book.xlsx"
    target.write_bytes(b"old")
    without = state.parcels.drop(columns="declared_m2")

    with pytest.raises(BasisError):
        write_workbook(target, replace(state, parcels=without))

    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_endless_figures_leave_the_cell_empty(tmp_path: Path) -> None:
    title = Text(en="T", zh="T")
    figures = Column(title, [float("inf"), float("nan"), None, 2.0], kind="ratio")

    with open_book(
        tmp_path / "x.xlsx", language="en", notice=title, title=title
    ) as book:
        book.add_sheet(title, title).write_table([figures])

    sheet = openpyxl.load_workbook(tmp_path / "x.xlsx").active
    assert column(sheet, "T") == [None, None, None, 2.0]


def test_folders_are_made_where_they_are_lacking(
    state: ReserveState, tmp_path: Path
) -> None:
    write_workbook(tmp_path / "new" / "book.xlsx", state)

    assert (tmp_path / "new" / "book.xlsx").is_file()
