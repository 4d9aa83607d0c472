"""The first row of each parcel of a survey TXT, read from both ends.

::

    count,area,id,name,面,sheet,use,code,@            nine fields, as the format says
    count,area,code,unit,id,name,面,sheet,use,code,@  eleven, with the right holder
    area,id,name,面,sheet,use,code,@                  without the count

Names may hold commas, so that the row is read from its head and from ``面`` to its
end. How many fields stand before ``面`` fixes the form for the whole file; a note
``【…,@】`` that names the fields goes first. What fits two forms is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from zqland.findings import Severity
from zqland.text import Text
from zqland_geodata.remarks import Rule
from zqland_geodata.survey import rows as survey_rows
from zqland_geodata.survey.rows import Row, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zqland_geodata.survey.tally import Tally

AREA, KINDS = "面", ("面", "点", "线")
"""Word for an area, and all words for kinds of shapes."""

_USUAL_END = ",@"
_END = re.compile(r"(?P<fields>.*?)[,，]?\s*[@\uff20](?P<rest>[\s,，]*)")
_NINE, _ELEVEN, _NO_COUNT, _BEHIND = 4, 6, 3, 3
_CODE = re.compile(r"(?:\d{6,28})?")
_COUNT = re.compile(r"\d{1,9}")
_SPLIT_THOUSANDS = re.compile(r"\d{1,3},\d{3}(?:\.\d*)?")
_MEASURE = re.compile(r"\d+\.\d+\D*|\d+\.?\d*\s*[^\d\s.].*")


@dataclass(frozen=True, slots=True)
class Title:
    """What the first row of a parcel says.

    Attributes
    ----------
    row
        The row.
    count
        Stated number of points; ``None`` where none is stated.
    area
        The stated area as written, in ASCII signs.
    parcel_id, name
        As written, without spaces around.
    behind
        Sheet, use and code, then what else stands before the ``@``.
    """

    row: Row
    count: int | None
    area: str
    parcel_id: str
    name: str
    behind: list[str]


@dataclass(frozen=True, slots=True)
class _Fields:
    row: Row
    words: list[str]
    kind: int


def is_title(text: str) -> bool:
    """Tell whether a row is the first of a parcel: it ends with ``@``."""
    return text.endswith(_USUAL_END) or bool(
        ("@" in text or "\uff20" in text) and _END.fullmatch(text)
    )


def read_titles(
    rows: Sequence[Row], columns: Sequence[str], tally: Tally
) -> list[Title]:
    """Read the first rows of all parcels.

    Parameters
    ----------
    rows
        The rows.
    columns
        Names of the fields, where a note gives them.
    tally
        Where tolerances are remarked.

    Returns
    -------
    titles
        In the order of the rows.

    Raises
    ------
    SurveyTextError
        A row fits no form or two; the message names the line.
    """
    if not columns:
        usual = [_usual(row) for row in rows]
        titles = [title for title in usual if title is not None]
        if len(titles) == len(usual):
            return titles
    divided = [_divided(row, tally) for row in rows]
    if columns:
        return [_by_names(fields, columns, tally) for fields in divided]
    places = {fields.kind for fields in divided}
    return [_by_place(fields, places, divided, tally) for fields in divided]


def _usual(row: Row) -> Title | None:
    """Read a row of nine fields that needs no tolerance; ``None`` for any other."""
    words = row.text[: -len(_USUAL_END)].split(",")
    if len(words) != _NINE + 1 + _BEHIND or words[_NINE] != AREA:
        return None
    count, area, parcel_id, name, _, *behind = map(str.strip, words)
    is_usual = row.text.endswith(_USUAL_END) and [count, area] == words[:2]
    if not (
        is_usual and area.isascii() and count.isascii() and _COUNT.fullmatch(count)
    ):
        return None
    if not count.strip("0"):
        return None
    return Title(row, int(count), area, parcel_id, name, behind)


def _divided(row: Row, tally: Tally) -> _Fields:
    words = _words(row, tally)
    kinds = [place for place, word in enumerate(words) if word in KINDS]
    if not kinds:
        kinds = [place for place, word in enumerate(words) if plain(word) in KINDS]
    if len(kinds) > 1:
        kinds = [place for place in kinds if len(words) - place - 1 == _BEHIND]
    if len(kinds) != 1:
        raise row.fault(_NO_KIND)
    if plain(words[kinds[0]]) != AREA:
        raise row.fault(_NOT_AN_AREA)
    return _Fields(row, words, kinds[0])


def _words(row: Row, tally: Tally) -> list[str]:
    """Divide a row at its commas; full-width ones count where no field is a kind."""
    if row.text.endswith(_USUAL_END):
        fields = row.text[: -len(_USUAL_END)]
    else:
        found = _END.fullmatch(row.text)
        assert found is not None  # noqa: S101 - is_title has seen it
        fields = found["fields"]
        if found["rest"].strip():
            tally.add(TRAILING, row.line, row.text)
        end = row.text[found.end("fields") :].strip()
        if plain(end) != end:
            tally.add(survey_rows.FULL_WIDTH, row.line, row.text)
    words = [word.strip() for word in fields.split(",")]
    if any(plain(word) in KINDS for word in words if len(word.strip()) == 1):
        return words
    tally.add(survey_rows.FULL_WIDTH, row.line, row.text)
    return [word.strip() for word in re.split("[,，]", fields)]


def _by_place(
    fields: _Fields, places: set[int], divided: list[_Fields], tally: Tally
) -> Title:
    words, kind = fields.words, fields.kind
    if len(words) != _NINE + 1 + _BEHIND:
        tally.add(OTHER_FIELDS, fields.row.line, fields.row.text, found=len(words) + 1)
    if kind == _NINE:
        return _title(fields, words[0], words[1], (words[2], words[3]), tally)
    if kind == _NO_COUNT and _MEASURE.fullmatch(plain(words[0])):
        return _title(fields, "", words[0], (words[1], words[2]), tally)
    if kind > _NINE and (_NINE in places or (kind == _NINE + 1 and len(divided) == 1)):
        if _SPLIT_THOUSANDS.fullmatch(plain(",".join(words[1:3]))):
            raise fields.row.fault(_TWO_FORMS)
        name = ",".join(words[3:kind])
        tally.add(NAME_COMMAS, fields.row.line, name, name=name)
        return _title(fields, words[0], words[1], (words[2], name), tally)
    is_eleven = places == {_ELEVEN} and all(
        _CODE.fullmatch(plain(other.words[2])) for other in divided
    )
    if not is_eleven:
        raise fields.row.fault(_TWO_FORMS if kind > _NINE else _FEW)
    tally.add(HOLDER, fields.row.line, ",".join(words[2:4]))
    return _title(fields, words[0], words[1], (words[4], words[5]), tally)


def _by_names(fields: _Fields, columns: Sequence[str], tally: Tally) -> Title:
    """Read a row by the names of its fields; commas too many are in the name."""
    words = list(fields.words)
    known = [_NAMES.get(plain(column), "") for column in columns]
    if "name" in known and len(words) > len(columns):
        place = known.index("name")
        more = len(words) - len(columns) + 1
        name = ",".join(words[place : place + more])
        words[place : place + more] = [name]
        tally.add(NAME_COMMAS, fields.row.line, name, name=name)
    if len(words) != len(columns):
        raise fields.row.fault(_OTHER_COUNT, named=len(columns), count=len(words))
    values = {key: word for key, word in zip(known, words, strict=True) if key}
    if "kind" in values and plain(values["kind"]) not in KINDS:
        raise fields.row.fault(_NO_KIND)
    behind = [values.get(key, "") for key in ("sheet", "use", "code")]
    named = _Fields(fields.row, ["", *behind], 0)
    ends = values.get("id", ""), values.get("name", "")
    return _title(named, values.get("count", ""), values.get("area", ""), ends, tally)


def _title(
    fields: _Fields, count: str, area: str, ends: tuple[str, str], tally: Tally
) -> Title:
    row = fields.row
    numbers = plain(count), plain(area)
    if numbers != (count, area):
        tally.add(survey_rows.FULL_WIDTH, row.line, row.text)
    if numbers[0] and not _COUNT.fullmatch(numbers[0]):
        raise row.fault(_COUNT_UNREADABLE, count=count)
    stated = int(numbers[0]) if numbers[0] else 0
    if not stated:
        tally.add(NO_COUNT, row.line, row.text)
    behind = fields.words[fields.kind + 1 :]
    behind += [""] * (_BEHIND - len(behind))
    return Title(row, stated or None, numbers[1], ends[0], ends[1], behind)


_NAMES = {
    "界址点数": "count",
    "点数": "count",
    "地块面积": "area",
    "面积": "area",
    "地块面积(公顷)": "area",
    "地块编号": "id",
    "编号": "id",
    "地块号": "id",
    "地块名称": "name",
    "名称": "name",
    "地块名": "name",
    "项目名称": "name",
    "记录图形属性": "kind",
    "图形属性": "kind",
    "图形类型": "kind",
    "图幅号": "sheet",
    "地块用途": "use",
    "用途": "use",
    "地类编码": "code",
    "地类": "code",
}

TRAILING = Rule(
    "survey.trailing_commas",
    Severity.INFO,
    Text(en="commas or spaces after the @", zh="@ 之后有多余的逗号或空格"),
    Text(en="left out", zh="已略去"),
)
OTHER_FIELDS = Rule(
    "survey.other_fields",
    Severity.INFO,
    Text(
        en="the first row of a parcel has {found} fields; nine are usual",
        zh="地块首行有 {found} 项，通常为 9 项",
    ),
    Text(
        en="read from its head and from 面 to its end; check number and name",
        zh="由行首和“面”两端读取；请核对编号与名称",
    ),
)
NAME_COMMAS = Rule(
    "survey.name_commas",
    Severity.WARNING,
    Text(en="there are more commas than fields", zh="逗号多于字段数"),
    Text(
        en="read as part of the name: “{name}”",
        zh="视为名称的一部分：“{name}”",
    ),
)
HOLDER = Rule(
    "survey.holder_fields",
    Severity.INFO,
    Text(
        en="eleven fields, with code and name of the right holder after the area",
        zh="首行为 11 项，面积之后为权属代码与权属单位",
    ),
    Text(en="the holder is not read", zh="权属信息未读取"),
)
NO_COUNT = Rule(
    "survey.count_missing",
    Severity.INFO,
    Text(en="no number of points is stated", zh="未填界址点数"),
    Text(en="the rows are counted", zh="按实际行数读取"),
)
_NO_KIND = Text(
    en="found “{found}”; a parcel begins with a row of nine fields: count, hectares, "
    "id, name, 面, sheet, use, code, @ with one 面. Correct the row.",
    zh="“{found}”；地块首行应有 9 项：界址点数,地块面积,地块编号,地块名称,面,图幅号,"
    "地块用途,地类编码,@，且只有一个“面”。请更正。",
)
_NOT_AN_AREA = Text(
    en="found “{found}”; only areas (面) are read. Take points and lines out.",
    zh="“{found}”；只读取“面”。请去掉点、线。",
)
_TWO_FORMS = Text(
    en="found “{found}”; whether the fields before 面 hold a right holder or a name "
    "with commas cannot be decided. Put a row that names them below [地块坐标], such "
    "as 【界址点数,地块面积,地块编号,地块名称,记录图形属性,图幅号,地块用途,"
    "地类编码,@】.",
    zh="“{found}”；无法判断“面”之前是权属信息还是含逗号的名称。请在 [地块坐标] "
    "下加一行列名，例如【界址点数,地块面积,地块编号,地块名称,记录图形属性,图幅号,"
    "地块用途,地类编码,@】。",
)
_FEW = Text(
    en="found “{found}”; fields before 面 are missing and it is not clear which. Nine "
    "are needed: count, hectares, id, name, 面, sheet, use, code, @.",
    zh="“{found}”；“面”之前缺项，无法判断缺哪一项。应为 9 项：界址点数,地块面积,"
    "地块编号,地块名称,面,图幅号,地块用途,地类编码,@。",
)
_OTHER_COUNT = Text(
    en="there are {count} fields; the note above names {named}. Make them agree.",
    zh="首行有 {count} 项，而上方说明列出 {named} 项。请使二者一致。",
)
_COUNT_UNREADABLE = Text(
    en="found “{count}”; the number of points is a whole number.",
    zh="“{count}”；界址点数应为整数。",
)
