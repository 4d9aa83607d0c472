"""Yearbooks to look into, and a calculator that works out their formulas anew."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import openpyxl
import pandas as pd
import pytest
from openpyxl.formula.tokenizer import Token, Tokenizer
from shapely.geometry import box

from zqland.areas import Method
from zqland.catalogues import load_catalogues
from zqland.units import Unit
from zqland_api.yearbook.records import Recorded, of_demo, of_store
from zqland_api.yearbook.workbook import write_yearbook
from zqland_api.yearbook.year import Year, open_year
from zqland_geodata.store import open_store
from zqland_geodata.store.filling import fill
from zqland_geodata.store.holds import HoldRequest, hold
from zqland_geodata.store.lineage import merge, split
from zqland_geodata.store.successions import Child

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

HELD = "GXQ-AB-002"
PARENT, CHILDREN, MERGED = "GXQ-AB-001", ("GXQ-AB-001-1", "GXQ-AB-001-2"), "GXQ-AB-009"
Held: TypeAlias = Any
"""The value of a cell, or the values of a range."""

_LEVELS = (
    {"=", "<>", "<", ">", "<=", ">="},
    {"&"},
    {"+", "-"},
    {"*", "/"},
)


def _number(value: object) -> float:
    """Take a cell as a figure, as spreadsheets do: nothing is 0, a text an error."""
    if value is None:
        return 0.0
    return math.nan if isinstance(value, str) else float(value)  # type: ignore[arg-type]


def _apply(operator: str, left: Held, right: Held) -> Held:
    if isinstance(left, list):
        return [_apply(operator, one, right) for one in left]
    if operator == "&":
        return (
            f"{left:g}{right}" if isinstance(left, float) else f"{left}{_text(right)}"
        )
    if operator in _LEVELS[0]:
        return _compare(operator, left, right)
    first, second = _number(left), _number(right)
    if operator == "/":
        return first / second if second else math.nan
    return {"+": first + second, "-": first - second, "*": first * second}[operator]


def _text(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value or "")


def _compare(operator: str, left: object, right: object) -> bool:
    if operator in ("=", "<>"):
        is_same = _text(left).casefold() == _text(right).casefold()
        return is_same is (operator == "=")
    first, second = _number(left), _number(right)
    return {
        "<": first < second,
        ">": first > second,
        "<=": first <= second,
        ">=": first >= second,
    }[operator]


def _meets(value: object, wanted: object) -> bool:
    """Tell whether a cell meets a condition of SUMIFS."""
    text = f"{wanted!r}" if isinstance(wanted, float) else str(wanted)
    for operator in ("<>", ">=", "<=", ">", "<", "="):
        if text.startswith(operator):
            rest = text.removeprefix(operator)
            if operator in ("<>", "="):
                return _compare(operator, value, rest)
            is_figure = isinstance(value, float)
            return is_figure and _compare(operator, value, float(rest))
    return _text(value).casefold() == _text(wanted).casefold()


def _sum(*given: Held) -> float:
    flat = [one for part in given for one in _cells(part)]
    return math.fsum(float(one) for one in flat if isinstance(one, float | bool))


def _chosen(conditions: tuple[Held, ...]) -> list[bool]:
    pairs = [*zip(conditions[::2], conditions[1::2], strict=True)]
    columns = [
        [_meets(value, wanted) for value in _cells(range_)] for range_, wanted in pairs
    ]
    return [all(line) for line in zip(*columns, strict=True)]


def _cells(given: Held) -> list[Held]:
    return given if isinstance(given, list) else [given]


def _sumifs(values: Held, *conditions: Held) -> float:
    pairs = zip(_cells(values), _chosen(conditions), strict=True)
    return _sum([value for value, is_chosen in pairs if is_chosen])


def _absolute(value: Held) -> Held:
    if isinstance(value, list):
        return [_absolute(one) for one in value]
    return abs(_number(value))


def _date(*parts: float) -> float:
    return _serial(dt.datetime(*map(int, parts)))  # noqa: DTZ001 - spreadsheets know none


def _serial(day: dt.datetime) -> float:
    return float((day - dt.datetime(1899, 12, 30)).days)  # noqa: DTZ001 - as above


_FUNCTIONS: dict[str, Callable[..., Held]] = {
    "SUM": _sum,
    "SUMIFS": _sumifs,
    "COUNTIFS": lambda *conditions: float(sum(_chosen(conditions))),
    "SUBTOTAL": lambda _, values: _sum(values),
    "SUMPRODUCT": _sum,
    "IF": lambda test, yes, no: yes if test else no,
    "IFERROR": lambda value, other: (
        other if isinstance(value, float) and math.isnan(value) else value
    ),
    "ROUND": lambda value, digits: round(_number(value), int(digits)),
    "ABS": _absolute,
    "MAX": max,
    "DATE": _date,
}


@dataclass
class _Reading:
    """A formula that is worked out from left to right."""

    tokens: list[Token]
    look: Callable[[str], Held]

    def value(self, level: int = 0) -> Held:
        if level == len(_LEVELS):
            return self._operand()
        left = self.value(level + 1)
        while self.tokens and self.tokens[0].type == Token.OP_IN:
            if self.tokens[0].value not in _LEVELS[level]:
                break
            operator = self.tokens.pop(0).value
            left = _apply(operator, left, self.value(level + 1))
        return left

    def _operand(self) -> Held:
        token = self.tokens.pop(0)
        if token.type == Token.OP_PRE:
            return _apply("*", self._operand(), -1.0)
        if token.type == Token.PAREN:
            inner = self.value()
            self.tokens.pop(0)
            return inner
        if token.type == Token.FUNC:
            return _FUNCTIONS[token.value.rstrip("(")](*self._arguments())
        if token.subtype == Token.TEXT:
            return token.value[1:-1].replace('""', '"')
        if token.subtype == Token.NUMBER:
            return float(token.value)
        return self.look(token.value)

    def _arguments(self) -> Iterator[Held]:
        while self.tokens[0].subtype != Token.CLOSE:
            yield self.value()
            if self.tokens[0].type == Token.SEP:
                self.tokens.pop(0)
        self.tokens.pop(0)


@dataclass
class Calculator:
    """A workbook, its formulas, and what they are stored with.

    Attributes
    ----------
    book
        With formulas.
    stored
        With the values that were stored beside them.
    """

    book: openpyxl.Workbook
    stored: openpyxl.Workbook
    known: dict[tuple[str, str], Held] = field(default_factory=dict)

    @classmethod
    def of(cls, path: Path) -> Calculator:
        """Open a file."""
        return cls(
            openpyxl.load_workbook(path), openpyxl.load_workbook(path, data_only=True)
        )

    def look(self, name: str, sheet: str) -> Held:
        """Give what stands in a cell or in the cells of a range."""
        place, _, cells = name.rpartition("!")
        own = place.strip("'").replace("''", "'") or sheet
        key = (own, cells.replace("$", ""))
        if key not in self.known:
            found = self.book[own][key[1]]
            self.known[key] = (
                [self._value(line[0].value, own) for line in found]
                if isinstance(found, tuple)
                else self._value(found.value, own)
            )
        return self.known[key]

    def _value(self, value: Held, sheet: str) -> Held:
        if isinstance(value, str) and value.startswith("="):
            return self.worked_out(value, sheet)
        if isinstance(value, dt.datetime):
            return _serial(value)
        return float(value) if isinstance(value, int) else value

    def worked_out(self, formula: str, sheet: str) -> Held:
        """Work out a formula of a sheet."""
        tokens = [one for one in Tokenizer(formula).items if one.type != Token.WSPACE]
        return _Reading(tokens, lambda name: self.look(name, sheet)).value()

    def formulas(self, *names: str) -> Iterator[tuple[str, str, Held, Held]]:
        """Give each formula of sheets: its place, what it gives, what is stored."""
        for sheet in [self.book[name] for name in names or self.book.sheetnames]:
            for row in sheet.iter_rows():
                for cell in row:
                    if cell.data_type == "f":
                        found = self.worked_out(cell.value, sheet.title)
                        stored = self.stored[sheet.title][cell.coordinate].value
                        yield sheet.title, cell.coordinate, found, stored

    def faults(self, *names: str) -> list[tuple[str, str, Held, Held]]:
        """List the formulas that give something else than what is stored."""
        return [line for line in self.formulas(*names) if not _agree(line[2], line[3])]

    def table(self, sheet: str, heading: str) -> list[dict[str, Held]]:
        """Read the stored values of the table whose first heading is given."""
        return table_of(self.stored[sheet], heading)


def _agree(found: object, stored: object) -> bool:
    if isinstance(found, float) and isinstance(stored, int | float):
        return math.isclose(found, stored, rel_tol=1e-9, abs_tol=1e-6)
    return (found or "") == (stored or "")


def table_of(sheet: Worksheet, heading: str) -> list[dict[str, Held]]:
    """Read a table by its first heading, up to the first empty line."""
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    head = next(place for place, row in enumerate(rows) if row[0] == heading)
    names = [str(name).split(" (")[0].split("（")[0] for name in rows[head] if name]
    found = []
    for row in rows[head + 1 :]:
        if row[0] is None or row[0] in ("Total", "合计", "(none)", "（无）"):
            break
        found.append(dict(zip(names, row, strict=False)))
    return found


@pytest.fixture(scope="session")
def calculator() -> Callable[[Path], Calculator]:
    """Give what opens a workbook to work it out anew."""
    return Calculator.of


@pytest.fixture(scope="session")
def city() -> Recorded:
    """Take the demonstration city."""
    return of_demo()


@pytest.fixture(scope="session")
def year(city: Recorded) -> Year:
    """Open its year."""
    return open_year(city.reserve, on=city.on, catalogues=load_catalogues())


@pytest.fixture(scope="session")
def chinese(
    city: Recorded, year: Year, tmp_path_factory: pytest.TempPathFactory
) -> Calculator:
    """Write the yearbook of the city in Chinese."""
    path = tmp_path_factory.mktemp("yearbook") / "city.xlsx"
    write_yearbook(path, year, city)
    return Calculator.of(path)


@pytest.fixture(scope="session")
def store(city: Recorded, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Keep the city in a store; a parcel is held, one is split and merged again.

    A contract there ends before it begins.
    """
    contracts = city.reserve.contracts.copy()
    is_wrong = contracts["contract_id"].eq("HT-2021-009")
    contracts.loc[is_wrong, "agreed_finish"] = pd.Timestamp("2001-01-01")
    reserve = replace(city.reserve, contracts=contracts)
    address = str(tmp_path_factory.mktemp("store") / "books.zqland")
    with open_store(address, create=True) as books:
        fill(books, reserve, by="张工", why="入库", command="init")
        shape = city.reserve.parcels.loc[PARENT, "home_geometry"]
        with books.writing(by="张工", why="预留", command="hold") as writer:
            project = str(city.reserve.projects.index[0])
            days = {"since": dt.date(2023, 3, 1), "until": dt.date(2023, 12, 31)}
            hold(writer, HoldRequest(HELD, project, **days))
        west, south, east, north = shape.bounds
        half = shape & box(west - 1, south - 1, (west + east) / 2, north + 1)
        with books.writing(by="张工", why="分割", command="split") as writer:
            parts = [Child(CHILDREN[0], half), Child(CHILDREN[1])]
            split(writer, PARENT, parts, on=dt.date(2023, 6, 1), seen=None)
        with books.writing(by="张工", why="合并", command="merge") as writer:
            child = Child(MERGED)
            merge(writer, CHILDREN, child, on=dt.date(2023, 8, 1), seen=None)
    return address


@pytest.fixture(scope="session")
def english(
    city: Recorded, store: str, tmp_path_factory: pytest.TempPathFactory
) -> Calculator:
    """Write the yearbook of a park of the store in English, on another basis."""
    path = tmp_path_factory.mktemp("yearbook") / "park.xlsx"
    with open_store(store) as books:
        recorded = of_store(books)
    found = open_year(
        recorded.reserve,
        on=city.on,
        catalogues=load_catalogues(),
        scope="park:GXQ",
        basis=Method.PLANAR,
    )
    write_yearbook(path, found, recorded, language="en", unit=Unit.HA)
    return Calculator.of(path)
