"""Divide a survey TXT into its head, its body and what else it holds.

::

    file = { "[" name "]" { key "=" value } } "[地块坐标]" { note | row }
    note = "【" … "】"   ; may run over lines; 【…,@】 names the columns of parcels

``[属性描述]`` is the head, other sections are kept as remarks. Two simple forms have
no sections: rows of six from the provincial system, and rows of two under a line
``GISQLANDPLAN$$date``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from zqland.findings import Severity
from zqland.text import Text
from zqland_geodata.remarks import Rule
from zqland_geodata.survey.rows import Row, plain, plain_row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zqland_geodata.survey.tally import Tally

HEAD, BODY = "属性描述", "地块坐标"
"""Names of the two sections that are read."""

SIMPLE_MARK = "GISQLANDPLAN$$"
"""How the first line of the simple form begins."""

_SECTION = re.compile(r"\[\s*([^\[\]]*?)\s*\]")
_PROVINCE = re.compile(r"\d+\s*,\s*\w+\s*,\s*\d+\s*,\s*\w+\s*,\s*[\d.]+\s*,\s*[\d.]+")


class Form(StrEnum):
    """Which rows the body holds."""

    EXCHANGE = "exchange"
    PROVINCE = "province"
    SIMPLE = "simple"


@dataclass(frozen=True, slots=True)
class Body:
    """The rows of the parcels.

    Attributes
    ----------
    form
        Which rows these are.
    lines
        Number of each line.
    texts
        The lines themselves, blank ones too.
    columns
        Names of the fields of a parcel's first row, where a note gives them.
    """

    form: Form
    lines: Sequence[int]
    texts: Sequence[str]
    columns: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Sections:
    """A survey TXT divided.

    Attributes
    ----------
    head
        The row of every key of the head, its text the value; ``None`` for no head.
    body
        The rows of the parcels.
    """

    head: dict[str, Row] | None
    body: Body


def divide(lines: list[str], tally: Tally) -> Sections:
    """Divide a survey TXT into its sections.

    Parameters
    ----------
    lines
        The lines of the file.
    tally
        Where sections, notes and keys that are not known are remarked.

    Returns
    -------
    sections
        Head and body.

    Raises
    ------
    SurveyTextError
        It has no body, two heads, a row that belongs nowhere, or a note without end.
    """
    divider = _Divider(lines, tally)
    # One pass through the lines before the body; what a line is depends on those above.
    for position, text in enumerate(lines):
        row = Row(position + 1, text)
        if not text.strip():
            continue
        started = divider.take(row)
        if started is not None:
            form, first = started
            return Sections(divider.head, _body(lines, first, form, tally))
    last = max(1, len(lines) - (not lines[-1]))
    raise Row(last, lines[last - 1]).fault(_NO_BODY)


@dataclass(slots=True)
class _Divider:
    """Takes the rows above the body one by one."""

    lines: list[str]
    tally: Tally
    head: dict[str, Row] | None = None
    section: str = ""

    def take(self, row: Row) -> tuple[Form, int] | None:
        """Take a row; return the form and position of the body where it begins."""
        section = _SECTION.fullmatch(plain(row.text))
        if section is not None:
            plain_row(row, self.tally)
            return self._enter(section[1], row)
        if self.section == HEAD:
            self._take_key(row)
        elif self.section:
            self.tally.add(EXTRA, row.line, row.text, section=self.section)
        else:
            return self._headless(row)
        return None

    def _enter(self, name: str, row: Row) -> tuple[Form, int] | None:
        if name == BODY:
            if self.head is None:
                self.tally.add(NO_HEAD, row.line)
            return Form.EXCHANGE, row.line
        if name == HEAD:
            if self.head is not None:
                raise row.fault(_TWO_HEADS)
            self.head = {}
        else:
            self.tally.add(EXTRA, row.line, row.text, section=name)
        self.section = name
        return None

    def _take_key(self, row: Row) -> None:
        assert self.head is not None  # noqa: S101 - entered with the section
        text = plain_row(row, self.tally)
        written, mark, value = text.partition("=")
        key = "".join(written.split())
        key = _ALIASES.get(key, key)
        if not mark or not key:
            raise row.fault(_NOT_A_KEY, keys="、".join(HEAD_KEYS))
        if written != key or value != value.strip():
            self.tally.add(KEY_SPELLING, row.line, row.text, key=key)
        if key not in HEAD_KEYS:
            self.tally.add(KEY_UNKNOWN, row.line, row.text)
        elif key in self.head and self.head[key].text != value.strip():
            raise row.fault(_KEY_TWICE, key=key, line=self.head[key].line)
        else:
            self.head[key] = Row(row.line, value.strip())

    def _headless(self, row: Row) -> tuple[Form, int]:
        text = plain(row.text)
        if text.upper().startswith(SIMPLE_MARK):
            self.tally.add(SIMPLE, row.line, row.text)
            return Form.SIMPLE, row.line
        if _PROVINCE.fullmatch(text):
            self.tally.add(PROVINCE, row.line, row.text)
            return Form.PROVINCE, row.line - 1
        if text.endswith("@"):
            self.tally.add(NO_HEAD, row.line)
            return Form.EXCHANGE, row.line - 1
        raise row.fault(_NO_BEGINNING)


def _body(lines: list[str], first: int, form: Form, tally: Tally) -> Body:
    texts = lines[first:]
    while texts and not texts[-1].strip():
        texts.pop()
    numbers = range(first + 1, first + 1 + len(texts))
    together = "\n".join(texts)
    if not any(mark in together for mark in "[【［"):
        return Body(form, numbers, texts)
    return _without_notes(Body(form, numbers, texts), tally)


def _without_notes(body: Body, tally: Tally) -> Body:
    kept_lines: list[int] = []
    kept_texts: list[str] = []
    columns: list[str] = []
    rows = iter([Row(*pair) for pair in zip(body.lines, body.texts, strict=True)])
    in_section = False
    # One pass: whether a row belongs to a note depends on those above.
    for row in rows:
        text = plain(row.text)
        if text.startswith("["):
            note = [text]
            for more in rows if "]" not in text else ():
                note.append(plain(more.text))
                if "]" in note[-1]:
                    break
            columns = _note("".join(note), row, tally) or columns
            in_section = True
        elif in_section and "=" in text and not text.endswith("@"):
            tally.add(NOTE, row.line, row.text)
        else:
            in_section = in_section and not text
            kept_lines.append(row.line)
            kept_texts.append(row.text)
    return Body(body.form, kept_lines, kept_texts, columns)


def _note(text: str, row: Row, tally: Tally) -> list[str]:
    """Remark a note; return the names of columns if it gives them."""
    if "]" not in text:
        raise row.fault(_NOTE_WITHOUT_END)
    inner = text[1:].rpartition("]")[0].strip()
    if inner == HEAD:
        raise row.fault(_TWO_HEADS)
    if inner == BODY:
        tally.add(BODY_TWICE, row.line)
        return []
    if inner.endswith("@"):
        tally.add(COLUMN_NAMES, row.line, inner)
        return [name.strip() for name in inner[:-1].rstrip(", ").split(",")]
    tally.add(NOTE, row.line, text)
    return []


HEAD_KEYS = (
    "格式版本号",
    "数据产生单位",
    "数据产生日期",
    "坐标系",
    "几度分带",
    "投影类型",
    "计量单位",
    "带号",
    "精度",
    "转换参数",
)
"""Keys of the head in their order."""

_ALIASES = {"分带": "几度分带"}

EXTRA = Rule(
    "survey.extra_section",
    Severity.INFO,
    Text(
        en="the section [{section}] is no part of the format",
        zh="[{section}] 不属于该格式",
    ),
    Text(en="not read", zh="未读取"),
)
NOTE = Rule(
    "survey.note",
    Severity.INFO,
    Text(en="a note among the parcels", zh="地块之间有说明文字"),
    Text(en="not read", zh="未读取"),
)
COLUMN_NAMES = Rule(
    "survey.column_names",
    Severity.INFO,
    Text(en="a note names the fields of a parcel's first row", zh="说明行列出了字段名"),
    Text(en="fields are read by these names", zh="按这些名称读取字段"),
)
BODY_TWICE = Rule(
    "survey.section_repeated",
    Severity.INFO,
    Text(en="[地块坐标] stands more than once", zh="[地块坐标] 重复出现"),
    Text(en="read as one section", zh="按同一部分读取"),
)
NO_HEAD = Rule(
    "survey.head_missing",
    Severity.WARNING,
    Text(en="the file has no head [属性描述]", zh="文件没有 [属性描述]"),
    Text(
        en="the reference system given when reading is used",
        zh="采用读取时指定的坐标系",
    ),
)
PROVINCE = Rule(
    "survey.provincial_rows",
    Severity.INFO,
    Text(
        en="rows of six fields without parcels' first rows (provincial form): number, "
        "parcel, ring, point, X, Y",
        zh="省标六列坐标，无地块信息行：序号、地块、圈号、点号、X、Y",
    ),
    Text(
        en="read; parcels are called by their number",
        zh="已读取；以地块序号作编号",
    ),
)
SIMPLE = Rule(
    "survey.simple_rows",
    Severity.INFO,
    Text(
        en="rows of X and Y only, parcels divided by blank lines",
        zh="只有 X、Y 两列的简单坐标，地块以空行分隔",
    ),
    Text(en="read; parcels are numbered", zh="已读取；地块按顺序编号"),
)
KEY_SPELLING = Rule(
    "survey.head_spelling",
    Severity.INFO,
    Text(
        en="the key {key} is written otherwise, or with other signs",
        zh="“{key}”写法不同，或使用了全角符号、空格",
    ),
    Text(en="read as {key}", zh="按“{key}”读取"),
)
KEY_UNKNOWN = Rule(
    "survey.head_key_unknown",
    Severity.INFO,
    Text(en="the key is none of the head", zh="属性描述中没有这一项"),
    Text(en="not read", zh="未读取"),
)
_NO_BEGINNING = Text(
    en="found “{found}”; a survey TXT begins with [属性描述]. Is it another kind of "
    "file?",
    zh="“{found}”；勘测定界 TXT 应以 [属性描述] 开头。是否为其他文件？",
)
_NO_BODY = Text(
    en="the file ends without the row [地块坐标]. Export it again.",
    zh="文件缺少 [地块坐标] 一行。请重新导出。",
)
_TWO_HEADS = Text(
    en="a second head begins here. Put every file of its own head apart.",
    zh="此处出现第二个 [属性描述]。请按 [属性描述] 拆分为多个文件。",
)
_NOT_A_KEY = Text(
    en="found “{found}”; the head holds key=value with these keys: {keys}.",
    zh="“{found}”；属性描述应为“键=值”，可用：{keys}。",
)
_KEY_TWICE = Text(
    en="found “{found}”; {key} has another value in line {line}. Keep the right one.",
    zh="“{found}”；{key} 在第 {line} 行另有不同的值。请保留正确的一项。",
)
_NOTE_WITHOUT_END = Text(
    en="found “{found}”; the note that begins here does not end with 】 or ].",
    zh="“{found}”；此处开始的说明没有以】结束。",
)
