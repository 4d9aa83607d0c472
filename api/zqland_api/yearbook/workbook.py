"""The workbook of a year: a sheet per book, figures as formulas over its own lists."""

from __future__ import annotations

from pathlib import Path

from zqland.areas import METHOD_TEXTS
from zqland.text import Language, Text
from zqland.units import UNIT_TEXTS, Unit
from zqland_api.yearbook.book_sheets import TOLERANCE
from zqland_api.yearbook.draft import Draft
from zqland_api.yearbook.lists import add_lists
from zqland_api.yearbook.pages import (
    CLOSES,
    COVER,
    FICTIONAL,
    HEADER,
    INTERNAL,
    MOVED,
    OPEN,
    PAGES,
    PARCELS,
    Page,
)
from zqland_api.yearbook.records import Recorded
from zqland_api.yearbook.words import scope_text
from zqland_api.yearbook.year import Year
from zqland_geodata.workbook.cells import Block, Formula, Linked
from zqland_geodata.workbook.form import Column, Sheet, open_book


def write_yearbook(
    path: str | Path,
    year: Year,
    recorded: Recorded,
    *,
    language: Language | str = "zh",
    unit: Unit = Unit.MU,
) -> None:
    """Write the books of a year as a workbook.

    Parameters
    ----------
    path
        Where the xlsx file goes; it appears when it is whole.
    year
        The year.
    recorded
        Where its records were kept.
    language
        Language of the whole book.
    unit
        Unit of all areas.

    Raises
    ------
    OSError
        The file cannot be written.
    """
    notice = FICTIONAL if recorded.reserve.fictional else INTERNAL
    title = _title(year)
    with open_book(path, language=language, notice=notice, title=title) as book:
        book.header = HEADER.format(
            title=title, on=year.books.on, unit=UNIT_TEXTS[unit]
        )
        draft = Draft(book, year, unit)
        cover = book.add_sheet(COVER, title)
        sheets = [book.add_sheet(page.name, page.name, [page.line]) for page in PAGES]
        parcels = book.add_sheet(PARCELS.name, PARCELS.name, [PARCELS.line])
        moved = book.add_sheet(MOVED.name, MOVED.name, [MOVED.line])
        lists = add_lists(draft, parcels, moved)
        filled = [
            page.fill(draft, sheet, lists)
            for page, sheet in zip(PAGES, sheets, strict=True)
            if page.fill is not None
        ]
        proofs = [proof for proof in filled if proof is not None]
        _write_cover(draft, cover, recorded, proofs)
        contents = [*PAGES, PARCELS, MOVED]
        _write_contents(draft, cover, contents, [*sheets, parcels, moved])


def _title(year: Year) -> Text:
    text = Text(
        en="Land reserve yearbook {year}: {scope}",
        zh="{year} 年度工业用地储备台账（{scope}）",
    )
    scope = scope_text(year.scope, year.books.parks)
    return text.format(year=year.number, scope=scope)


def _write_cover(
    draft: Draft, sheet: Sheet, recorded: Recorded, proofs: list[Block]
) -> None:
    """Say what the figures refer to, and whether the books balance."""
    year, say = draft.year, draft.book.say
    sheet.row += 1
    period = Text(en="{first} to {last}", zh="{first} 至 {last}")
    span = period.format(first=year.period.first, last=year.period.last)
    pairs: list[tuple[Text, object]] = [
        (Text(en="Scope", zh="范围"), scope_text(year.scope, year.books.parks)),
        (Text(en="Period", zh="期间"), span),
        (Text(en="As of", zh="截至日期"), year.books.on),
        (Text(en="Basis", zh="面积口径"), METHOD_TEXTS[year.basis]),
        (
            Text(en="Basis of the targets", zh="目标面积口径"),
            METHOD_TEXTS[year.target_basis],
        ),
        (Text(en="Unit", zh="面积单位"), UNIT_TEXTS[draft.unit]),
        (Text(en="Rules", zh="规则目录版本"), year.books.catalogue_hash),
    ]
    if recorded.store:
        pairs.append((Text(en="Store", zh="台账库"), recorded.store))
    if recorded.version is not None:
        version = Text(en="Ledger version", zh="台账版本（修订号）")
        pairs.append((version, recorded.version))
    for label, value in pairs:
        sheet.write_pair(label, say(value) if isinstance(value, Text) else value)
    sheet.write_pair(Text(en="Balance", zh="收支平衡"), _verdict(draft, proofs))


def _verdict(draft: Draft, proofs: list[Block]) -> Formula:
    """Say by a formula whether every line of the balance closes."""
    good = draft.book.say(CLOSES)
    bad = draft.book.say(OPEN)
    faults = "+".join(
        f"SUMPRODUCT(--(ABS({proof.range('difference')})>={TOLERANCE}))"
        for proof in proofs
    )
    text = f'=IF({faults}=0,"{good}","{bad}")'
    return Formula(text, good)


def _write_contents(
    draft: Draft, cover: Sheet, pages: list[Page], sheets: list[Sheet]
) -> None:
    """List the sheets with links to them."""
    names = [
        Linked(sheet.name, Block(sheet.name, 0, 1, {}).place()) for sheet in sheets
    ]
    lines = [draft.book.say(page.line) for page in pages]
    cover.write_table(
        [
            Column(Text(en="Sheet", zh="工作表"), names, width=24),
            Column(Text(en="What it shows", zh="内容"), lines, width=110),
        ]
    )
