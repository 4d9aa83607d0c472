"""Which cells of a copy are marked, how, and what the list of findings says."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from zqland import catalogues
from zqland.findings import SEVERITY_TEXTS, Finding, Severity, ranked
from zqland.text import Language, Text
from zqland_geodata.cellplaces import LAST_ROW, Place, letters, parse_places

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

FILLS = {
    Severity.ERROR: "F4B6A6",
    Severity.WARNING: "FBE2A2",
    Severity.INFO: "CFE3EF",
}
"""Colour of a marked cell."""

MOST_NOTES = 20_000
"""Cells with an explanation behind them; beyond it the list says it alone."""

MOST_LISTED = LAST_ROW - 10
"""Findings that a sheet can list."""

_LONGEST_NOTE = 1_000
_PLACES = {
    "line": Text(en="line {row}", zh="第 {row} 行"),
    "record": Text(en="record {row}", zh="第 {row} 条记录"),
}
_COLUMN = Text(en="{place}, column {column}", zh="{place} {column} 列")


@dataclass(frozen=True, slots=True)
class Spot:
    """A cell of the copy.

    Attributes
    ----------
    sheet
        Name of its sheet.
    row
        Its row, from 1.
    column
        Its column, from 1; 0 for the whole row.
    """

    sheet: str
    row: int
    column: int = 0

    @property
    def address(self) -> str:
        """Address of the cell, or of the first cell of the row."""
        return f"{letters(max(self.column, 1))}{self.row}"

    @property
    def link(self) -> str:
        """Address with the sheet, for a link inside the workbook."""
        quoted = self.sheet.replace("'", "''")
        return f"'{quoted}'!{self.address}"


@dataclass(slots=True)
class Mark:
    """How one cell is marked.

    Attributes
    ----------
    severity
        The worst of its findings.
    notes
        What is wrong with it.
    """

    severity: Severity
    notes: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All notes as one text of bounded length."""
        text = "\n".join(dict.fromkeys(self.notes))
        return text if len(text) <= _LONGEST_NOTE else text[: _LONGEST_NOTE - 1] + "…"


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of the list of findings.

    Attributes
    ----------
    severity
        How bad it is.
    texts
        Its cells, as in `HEADINGS`.
    spot
        Cell that it links to, or ``None``.
    """

    severity: Severity
    texts: tuple[str, ...]
    spot: Spot | None


@dataclass(frozen=True, slots=True)
class Marking:
    """Everything that is put into a copy.

    Attributes
    ----------
    title
        Name of the sheet of findings.
    head
        Sentences above the list.
    headings
        Headings of the list.
    listed
        The list, the worst first.
    marks
        What is marked, by cell.
    """

    title: str
    head: tuple[str, ...]
    headings: tuple[str, ...]
    listed: list[Listed]
    marks: dict[Spot, Mark]


def marking(
    name: str,
    findings: Sequence[Finding],
    locate: Callable[[Finding], list[Spot]],
    language: Language,
) -> Marking:
    """Decide what is marked and listed.

    Parameters
    ----------
    name
        Name of the file that the findings are about.
    findings
        The findings.
    locate
        Returns the cells of the copy that a finding is about.
    language
        Language of everything written.

    Returns
    -------
    marking
        Marks and list.
    """
    marks: dict[Spot, Mark] = {}
    listed: list[Listed] = []
    for finding in ranked(findings):
        spots = locate(finding)
        message = finding.message.in_language(language)
        action = finding.action.in_language(language)
        severity = SEVERITY_TEXTS[finding.severity].in_language(language)
        for spot in spots:
            # The worst comes first, so it decides the colour.
            mark = marks.setdefault(spot, Mark(finding.severity))
            mark.notes.append(_NOTE[language].format(severity, message, action))
        texts = (
            severity,
            place_text(finding.place, language),
            finding.record,
            field_text(finding.field, language),
            finding.value,
            message,
            action,
            finding.rule,
        )
        listed.append(Listed(finding.severity, texts, spots[0] if spots else None))
    return Marking(
        title=_TITLE.in_language(language),
        head=_head(name, findings, len(listed), language),
        headings=tuple(heading.in_language(language) for heading in HEADINGS),
        listed=listed[:MOST_LISTED],
        marks=marks,
    )


def free_name(wanted: str, taken: Iterable[str]) -> str:
    """Return a name for a sheet that no other sheet has.

    Examples
    --------
    >>> free_name("Findings", ["findings", "a"])
    'Findings 2'
    """
    used = {name.casefold() for name in taken}
    name, number = wanted, 1
    while name.casefold() in used:
        number += 1
        name = f"{wanted} {number}"
    return name


def place_text(text: str, language: Language) -> str:
    """Return a place in the words of a language.

    Examples
    --------
    >>> place_text("line 12 column C", Language.ZH)
    '第 12 行 C 列'
    >>> place_text("Sheet1!C7", Language.ZH)
    'Sheet1!C7'
    """
    places = parse_places(text)
    if not places or places[0].kind == "sheet":
        return text
    said = [_said(place, language) for place in places]
    return ("、" if language is Language.ZH else "; ").join(said)


def field_text(text: str, language: Language) -> str:
    """Return the columns that a finding names in the words of a language.

    Examples
    --------
    >>> field_text("parcel_id, happened_on", Language.ZH)
    '地块编号、发生日期'
    """
    parts = [_labels().get(part, {}).get(language, part) for part in text.split(", ")]
    return ("、" if language is Language.ZH else ", ").join(parts)


def _said(place: Place, language: Language) -> str:
    said = _PLACES[place.kind].format(row=place.row)
    if place.column:
        said = _COLUMN.format(place=said, column=letters(place.column))
    return said.in_language(language)


@lru_cache(maxsize=1)
def _labels() -> dict[str, dict[Language, str]]:
    # Tables that name a column differently are not known here: the first one counts.
    rows = catalogues.columns().drop_duplicates("column")
    labels = {
        str(row.column): {Language.ZH: str(row.zh_name), Language.EN: str(row.en_name)}
        for row in rows.itertuples()
    }
    return labels | {
        key: {language: text.in_language(language) for language in Language}
        for key, text in _OTHER_FIELDS.items()
    }


def _head(
    name: str, findings: Sequence[Finding], count: int, language: Language
) -> tuple[str, ...]:
    counts = {
        severity.value: sum(finding.severity is severity for finding in findings)
        for severity in Severity
    }
    sentences = [_ABOUT.format(name=name), _COUNTS.format(**counts), _LEGEND]
    if count > MOST_LISTED:
        sentences.append(_CUT.format(count=count, most=MOST_LISTED))
    return tuple(clean(text.in_language(language)) for text in sentences)


def clean(text: str) -> str:
    """Return a text without the characters that a workbook cannot hold."""
    return _CONTROL.sub("\ufffd", text)


_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_NOTE = {
    Language.ZH: "【{0}】{1}（{2}）",
    Language.EN: "[{0}] {1} ({2})",
}
_TITLE = Text(en="Findings", zh="检查结果")
_ABOUT = Text(en="Findings in {name}", zh="{name} 的检查结果")
_COUNTS = Text(
    en="{error} errors, {warning} warnings, {info} notes",
    zh="错误 {error} 项，警告 {warning} 项，提示 {info} 项",
)
_LEGEND = Text(
    en="A click on a place leads to the marked cell; the cell says what is wrong. Red: "
    "error; yellow: warning; blue: note. Correct the original file, not this copy.",
    zh="点击“位置”可转到标记的单元格，单元格批注说明问题。红色：错误；黄色：警告；蓝色：提示。"
    "请在原文件中更正，不要改本副本。",
)
_CUT = Text(
    en="{count} findings were found; the first {most} are listed.",
    zh="共 {count} 项，仅列出前 {most} 项。",
)
HEADINGS = (
    Text(en="Severity", zh="程度"),
    Text(en="Place", zh="位置"),
    Text(en="Record", zh="记录"),
    Text(en="Field", zh="字段"),
    Text(en="Value", zh="原值"),
    Text(en="What is wrong", zh="问题"),
    Text(en="What was done, or what to do", zh="处理或建议"),
    Text(en="Rule", zh="规则代码"),
)
"""Headings of the list."""

WIDTHS = (9, 16, 18, 16, 22, 60, 40, 22)
"""Widths of the columns of the list, in letters."""

_OTHER_FIELDS = {
    "name": Text(en="Name", zh="名称"),
    "crs": Text(en="Reference system", zh="坐标系"),
    "heading": Text(en="Heading", zh="列名"),
    "ring": Text(en="Ring", zh="界线环"),
}
