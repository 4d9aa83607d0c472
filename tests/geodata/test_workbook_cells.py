"""Cells that are more than a value, and lines that are broken."""

from __future__ import annotations

from typing import TYPE_CHECKING

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zqland.text import Text
from zqland_geodata.workbook import form
from zqland_geodata.workbook.cells import Block, Formula, Linked
from zqland_geodata.workbook.form import Column, Sheet, open_book
from zqland_geodata.workbook.lines import broken, width_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

NAME = Text(en="It's here", zh="在此")
HEAD = Text(en="Head", zh="表头")


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Worksheet]:
    def write(fill: Callable[[Sheet], object]) -> Worksheet:
        path = tmp_path / "book.xlsx"
        with open_book(path, language="en", notice=NAME, title=NAME) as book:
            fill(book.add_sheet(NAME, NAME))
        return openpyxl.load_workbook(path).worksheets[0]

    return write


def test_the_name_of_a_sheet_is_quoted_for_formulas() -> None:
    block = Block("It's here", 4, 2, {"area": 1})

    assert block.range("area") == "'It''s here'!$B$5:$B$6"
    assert block.place(1) == "'It''s here'!A6"


def test_a_list_without_lines_is_one_empty_cell_for_formulas() -> None:
    assert Block("A", 4, 0, {"area": 1}).range("area") == "'A'!$B$5"


def test_a_formula_is_written_with_its_value(
    written: Callable[..., Worksheet], tmp_path: Path
) -> None:
    cells = [Formula("=1+1", 2.0)]
    sheet = written(lambda page: page.write_table([Column(HEAD, cells, kind="count")]))
    stored = openpyxl.load_workbook(tmp_path / "book.xlsx", data_only=True)

    assert sheet["A5"].value == "=1+1"
    assert stored.worksheets[0]["A5"].value == 2


def test_a_formula_that_gives_a_word_stays_one_when_it_is_edited(
    written: Callable[..., Worksheet],
) -> None:
    cells = [Formula('=IF(1=1,"✓","")', "✓")]
    sheet = written(lambda page: page.write_table([Column(HEAD, cells, kind="mark")]))

    assert sheet["A5"].number_format == "General"


def test_a_link_leads_into_the_book(written: Callable[..., Worksheet]) -> None:
    cells = [Linked("A-1", "'Parcels'!A6")]
    sheet = written(lambda page: page.write_table([Column(HEAD, cells)]))

    assert (sheet["A5"].value, sheet["A5"].hyperlink.location) == (
        "A-1",
        "'Parcels'!A6",
    )


def test_a_sheet_has_no_more_links_than_programs_open(
    written: Callable[..., Worksheet], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(form, "LINKS_PER_SHEET", 1)
    cells = [Linked("A-1", "'P'!A6"), Linked("A-2", "'P'!A7")]
    sheet = written(lambda page: page.write_table([Column(HEAD, cells)]))

    assert sheet["A6"].value == "A-2"
    assert sheet["A6"].hyperlink is None


def test_a_table_is_where_its_block_says(written: Callable[..., Worksheet]) -> None:
    blocks = []
    columns = [Column(HEAD, ["x"]), Column(HEAD, [7.0], kind="count", key="n")]
    sheet = written(lambda page: blocks.append(page.write_table(columns)))

    assert sheet[blocks[0].cell("n").replace("$", "")].value == 7


def test_a_row_is_as_high_as_its_longest_text(
    written: Callable[..., Worksheet],
) -> None:
    cells = ["short", "a reason that needs more than one line of its column"]
    sheet = written(lambda page: page.write_table([Column(HEAD, cells, width=20)]))

    assert sheet.row_dimensions[5].height is None
    assert sheet.row_dimensions[6].height > 2 * 14


@given(
    st.text(alphabet="ab 熟地，。.-", min_size=1, max_size=80),
    st.integers(min_value=12, max_value=40),
)
@settings(max_examples=60, deadline=None)
def test_no_letter_is_lost_where_a_sentence_is_broken(text: str, width: int) -> None:
    lines = broken(text, width)

    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_lines_are_no_wider_than_they_may_be() -> None:
    lines = broken("各册互有重叠，不得相加。" * 10, 40)

    assert max(map(width_of, lines)) <= 41
    assert not [line for line in lines if line[0] in "，。"]
