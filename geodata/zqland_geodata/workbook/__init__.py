"""The workbook: the acreage books, the parcels and the matches on sheets to print."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zqland.catalogues import load_catalogues
from zqland.text import Text
from zqland.units import Unit
from zqland_geodata.workbook import answer_sheets, reserve_sheets
from zqland_geodata.workbook.form import open_book
from zqland_geodata.workbook.words import Words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from zqland.catalogues import Catalogues
    from zqland.findings import Finding
    from zqland.matching import Answer
    from zqland.reserve import ReserveState
    from zqland.text import Language

__all__ = ["write_workbook"]


def write_workbook(  # noqa: PLR0913 -- three things to write, and how
    path: str | Path,
    state: ReserveState,
    answers: Sequence[Answer] = (),
    *,
    language: Language | str = "zh",
    unit: Unit | str = Unit.MU,
    findings: Sequence[Finding] = (),
    catalogues: Catalogues | None = None,
) -> None:
    """Write a reserve as of a date, and the answers to projects, as a workbook.

    Sheets: summary with targets and progress, stock by park, parcels, matches, near
    misses, funnel, findings; those without content are left out. Mature and standard
    land stand side by side and are never added. Cells hold values; only the totals
    below the tables are formulas.

    Parameters
    ----------
    path
        Where the xlsx file goes. It appears there when it is whole; a file that is
        there is replaced then, and kept if anything fails.
    state
        The reserve as of a date.
    answers
        Answers to the needs of projects, in the order of the sheets.
    language
        Language of the whole book.
    unit
        Unit of all areas.
    findings
        What was found while reading the records.
    catalogues
        The rules in force, for their words and for the basis of the books; the
        packaged ones by default.

    Raises
    ------
    BasisError
        The parcels carry no areas on the basis of the books.
    """
    words = Words.of(
        state,
        catalogues=load_catalogues() if catalogues is None else catalogues,
        language=language,
        unit=Unit(unit),
    )
    notice = _FICTIONAL if state.reserve.fictional else _INTERNAL
    title = _TITLE.format(on=state.on.isoformat())
    with open_book(path, language=language, notice=notice, title=title) as book:
        reserve_sheets.add_summary(book, state, words, title=title)
        reserve_sheets.add_stock(book, state, words)
        reserve_sheets.add_parcels(book, state, words)
        if answers:
            answer_sheets.add_matches(book, answers, words)
            answer_sheets.add_near_misses(book, answers, words)
            answer_sheets.add_funnel(book, answers, words)
        if findings:
            answer_sheets.add_findings(book, findings)


_TITLE = Text(
    en="Industrial land reserve as of {on}",
    zh="工业用地储备（截至 {on}）",
)
_FICTIONAL = Text(
    en="Demonstration: all parcels and projects are fictional",
    zh="演示数据：所有地块和项目均为虚构",
)
_INTERNAL = Text(
    en="Internal working paper; matches are intentions, not allotments",
    zh="内部工作资料；匹配结果仅为意向，不构成供地承诺",
)
