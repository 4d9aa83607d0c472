"""Read a TOML catalogue, and say the line of whatever is wrong with it.

Rules are data that a city edits by hand. A fault in them is answered with the file,
the line, what stands there and what may stand there; nothing is guessed.
"""

from __future__ import annotations

import datetime as dt
import math
import re
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from zqland.catalogues.lines import locate
from zqland.errors import CatalogueError
from zqland.text import Text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from zqland.catalogues.lines import EntryPath

_BARE_KEY = re.compile(r"\s*\[{0,2}\s*[\w.-]*[^\x00-\x7f\W][\w.-]*\s*(?:\]|=)")
_SYNTAX_LINE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")

_KINDS = {
    str: Text(en="text", zh="文本"),
    bool: Text(en="true or false", zh="true 或 false"),
    int: Text(en="a whole number", zh="整数"),
    float: Text(en="a number", zh="数字"),
    list: Text(en="a list", zh="列表"),
    dict: Text(en="a table", zh="表"),
    dt.date: Text(en="a date", zh="日期"),
}
_OTHER_KIND = Text(en="a value of another kind", zh="其他类型的值")


@dataclass(frozen=True, slots=True)
class CatalogueDocument:
    """A TOML file that is valid as TOML, with the line of every entry.

    Attributes
    ----------
    name
        Name of the file, for messages.
    content
        The parsed tables.
    lines
        First and last line of each entry, from 1.
    """

    name: str
    content: Mapping[str, Any]
    lines: Mapping[EntryPath, tuple[int, int]]
    texts: tuple[str, ...]

    @classmethod
    def parse(cls, name: str, text: str) -> CatalogueDocument:
        r"""Parse a catalogue.

        Parameters
        ----------
        name
            Name of the file, for messages.
        text
            The whole text of the file.

        Returns
        -------
        document
            The parsed document.

        Raises
        ------
        CatalogueError
            The text is not TOML; the message names the line.

        Examples
        --------
        >>> document = CatalogueDocument.parse("lead.toml", "[supply]\ndays = '30'")
        >>> document.root.section("supply").number("days")
        Traceback (most recent call last):
        zqland.errors.CatalogueError: lead.toml:2: supply.days is text; a number is needed.
        """  # noqa: E501 - the message of the example is one line
        text = text.removeprefix("\ufeff").replace("\r\n", "\n")
        try:
            content = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise _syntax_fault(name, text, str(error)) from error
        rows = tuple(text.split("\n"))
        return cls(name, content, locate(rows), rows)

    @property
    def root(self) -> Section:
        """The outermost table."""
        return Section(self, (), self.content)

    def line(self, path: EntryPath, value: str | None = None) -> int:
        """Find the line of an entry, or of a quoted value inside it.

        Parameters
        ----------
        path
            Where the entry stands; for an entry inside a value, the line of the
            nearest entry around it.
        value
            A text inside a list of several lines.

        Returns
        -------
        line
            Number from 1.
        """
        known = next(
            (
                path[:size]
                for size in range(len(path), 0, -1)
                if path[:size] in self.lines
            ),
            None,
        )
        if known is None:
            return 1
        first, last = self.lines[known]
        if value is not None:
            quoted = (f'"{value}"', f"'{value}'")
            for number in range(first, last + 1):
                if any(mark in self.texts[number - 1] for mark in quoted):
                    return number
        return first

    def fault(
        self, text: Text, path: EntryPath = (), value: str | None = None
    ) -> CatalogueError:
        """Build the error for an entry: file, line, and what is wrong.

        Parameters
        ----------
        text
            What was found and what is needed.
        path
            Where the entry stands.
        value
            The text inside the entry that is wrong, if it is one of a list.

        Returns
        -------
        error
            To be raised by the caller.
        """
        return _error(self.name, self.line(path, value), text)


@dataclass(frozen=True, slots=True)
class Section:
    """One table of a catalogue, read key by key with checks.

    Attributes
    ----------
    document
        The document that it belongs to.
    path
        Where it stands in the document.
    content
        Its keys and values.
    """

    document: CatalogueDocument
    path: EntryPath
    content: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The last name of its path."""
        return str(self.path[-1]) if self.path else ""

    def __contains__(self, key: str) -> bool:
        """Tell whether the table has the key."""
        return key in self.content

    def fault(
        self, text: Text, key: str = "", value: str | None = None
    ) -> CatalogueError:
        """Build the error for a key of this table, or for the table itself."""
        path = (*self.path, key) if key else self.path
        return self.document.fault(text, path, value)

    def allow(self, *keys: str) -> Section:
        """Refuse keys that nobody reads, for a misspelt rule is no rule.

        Parameters
        ----------
        *keys
            All keys that may stand in this table.

        Returns
        -------
        section
            This table, for chaining.

        Raises
        ------
        CatalogueError
            Another key stands there.
        """
        for key in self.content:
            if key not in keys:
                found = Text(
                    en="unknown key {key}; known are {known}.",
                    zh="未知的键 {key}；可用的键：{known}。",
                )
                raise self.fault(found.format(key=key, known=", ".join(keys)), key)
        return self

    def text(self, key: str, *, default: str | None = None) -> str:
        """Return a text that is not empty (or the default where the key is missing)."""
        value = self._value(key, str, default)
        if not isinstance(value, str) or (not value.strip() and key in self.content):
            raise self._mismatch(
                key, Text(en="text that says something", zh="非空文本")
            )
        return value

    def choice(
        self, key: str, choices: Collection[str], *, default: str | None = None
    ) -> str:
        """Return a text that is one of the choices."""
        value = self.text(key, default=default)
        self._one_of(key, value, choices)
        return value

    def flag(self, key: str, *, default: bool | None = None) -> bool:
        """Return true or false."""
        return bool(self._value(key, bool, default))

    def number(
        self,
        key: str,
        *,
        default: float | None = None,
        minimum: float = -math.inf,
        maximum: float = math.inf,
    ) -> float:
        """Return a number within bounds, both inclusive.

        Parameters
        ----------
        key
            The key.
        default
            The number where the key is missing; without it, the key is required.
        minimum
            The least that may stand there.
        maximum
            The most that may stand there.

        Returns
        -------
        number
            Finite.
        """
        value = float(self._value(key, float, default))
        if not (math.isfinite(value) and minimum <= value <= maximum):
            found = Text(
                en="{key} is {value}; {needed} is needed.",
                zh="{key} 为 {value}，应为{needed}。",
            )
            needed = _range_text(minimum, maximum)
            raise self.fault(
                found.format(key=self._full(key), value=value, needed=needed), key
            )
        return value

    def integer(
        self, key: str, *, default: int | None = None, minimum: float = -math.inf
    ) -> int:
        """Return a whole number that is not below the minimum."""
        self._value(key, int, default)
        return int(self.number(key, default=default, minimum=minimum))

    def numbers(self, key: str, *, minimum: float = -math.inf) -> tuple[float, ...]:
        """Return a list of at least one number, none below the minimum.

        Parameters
        ----------
        key
            The key.
        minimum
            The least that may stand there.

        Returns
        -------
        numbers
            Finite, in the order of the file.
        """
        needed = Text(
            en="a list of numbers, each {range},", zh="数字列表（各为{range}）"
        ).format(range=_range_text(minimum, math.inf))
        values = self._value(key, list, None)
        for value in values:
            is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
            if not (is_number and math.isfinite(value) and value >= minimum):
                raise self._mismatch(key, needed)
        if not values:
            raise self._mismatch(key, needed)
        return tuple(float(value) for value in values)

    def texts(
        self,
        key: str,
        *,
        choices: Collection[str] | None = None,
        default: tuple[str, ...] | None = None,
    ) -> tuple[str, ...]:
        """Return a list of texts without repetitions.

        Parameters
        ----------
        key
            The key.
        choices
            What may stand in the list; everything if missing.
        default
            The list where the key is missing; without it, the key is required.

        Returns
        -------
        texts
            In the order of the file.
        """
        if key not in self.content and default is not None:
            return default
        values = self._value(key, list, None)
        seen: list[str] = []
        for value in values:
            if not isinstance(value, str) or not value:
                raise self._mismatch(key, Text(en="a list of texts", zh="文本列表"))
            if value in seen:
                found = Text(
                    en="{key} names {value} twice.", zh="{key} 重复列出 {value}。"
                )
                raise self.fault(
                    found.format(key=self._full(key), value=value), key, value
                )
            if choices is not None:
                self._one_of(key, value, choices)
            seen.append(value)
        return tuple(seen)

    def label(self) -> Text:
        """Return the words of this entry from its keys ``zh`` and ``en``."""
        return Text(en=self.text("en"), zh=self.text("zh"))

    def source(self) -> str:
        """Return where the rule comes from; every entry must say it."""
        return self.text("source")

    def section(self, key: str) -> Section:
        """Return the table below a key."""
        value = self._value(key, dict, None)
        return Section(self.document, (*self.path, key), value)

    def sections(self, *, without: Collection[str] = ()) -> Iterator[Section]:
        """Iterate over all tables below this one, each named by its key.

        Parameters
        ----------
        without
            Keys that are no such tables.

        Yields
        ------
        section
            In the order of the file.
        """
        for key in self.content:
            if key not in without:
                yield self.section(key)

    def rows(self, key: str) -> Iterator[Section]:
        """Iterate over an array of tables (``[[key]]``); none if the key is missing."""
        values = self._value(key, list, []) if key in self.content else []
        for number, value in enumerate(values):
            if not isinstance(value, dict):
                raise self._mismatch(
                    key, Text(en="a list of tables", zh="由表组成的列表")
                )
            yield Section(self.document, (*self.path, key, number), value)

    def _full(self, key: str) -> str:
        return ".".join(str(part) for part in (*self.path, key))

    def _value(self, key: str, kind: type, default: object) -> Any:  # noqa: ANN401 - TOML
        if key not in self.content:
            if default is not None:
                return default
            found = Text(en="{key} is missing.", zh="缺少 {key}。")
            raise self.fault(found.format(key=self._full(key)))
        value = self.content[key]
        kinds = (int, float) if kind is float else (kind,)
        # In Python a bool is an int; in a catalogue `days = true` is a mistake.
        if not isinstance(value, kinds) or (
            isinstance(value, bool) and kind is not bool
        ):
            raise self._mismatch(key, _KINDS[kind])
        return value

    def _mismatch(self, key: str, needed: Text) -> CatalogueError:
        value = self.content[key]
        kind = _KINDS.get(type(value), _OTHER_KIND)
        if isinstance(value, str) and not value.strip():
            kind = Text(en="empty", zh="空值")
        found = Text(
            en="{key} is {kind}; {needed} is needed.",
            zh="{key} 为{kind}，应为{needed}。",
        )
        return self.fault(
            found.format(key=self._full(key), kind=kind, needed=needed), key
        )

    def _one_of(self, key: str, value: str, choices: Collection[str]) -> None:
        if value not in choices:
            found = Text(
                en="{key} names {value}, which is unknown; known are {known}.",
                zh="{key} 中的 {value} 未知；可用：{known}。",
            )
            known = ", ".join(choices)
            text = found.format(key=self._full(key), value=value, known=known)
            raise self.fault(text, key, value)


def _range_text(minimum: float, maximum: float) -> Text:
    if math.isfinite(minimum) and math.isfinite(maximum):
        return Text(en=f"{minimum:g} to {maximum:g}", zh=f" {minimum:g} 至 {maximum:g}")
    if math.isfinite(minimum):
        return Text(en=f"at least {minimum:g}", zh=f"不小于 {minimum:g} 的数")
    if math.isfinite(maximum):
        return Text(en=f"at most {maximum:g}", zh=f"不大于 {maximum:g} 的数")
    return Text(en="a finite number", zh="有限的数")


def _error(name: str, line: int, text: Text) -> CatalogueError:
    place = Text(en="{name}:{line}: {text}", zh="{name}:{line}：{text}")
    return CatalogueError(place.format(name=name, line=line, text=text))


def _syntax_fault(name: str, text: str, message: str) -> CatalogueError:
    match = _SYNTAX_LINE.search(message)
    line = int(match[1]) if match and match[1] else text.rstrip().count("\n") + 1
    reason = _SYNTAX_LINE.sub("", message)
    wrong = text.split("\n")[line - 1 : line]
    if wrong and _BARE_KEY.match(wrong[0]):
        return _error(name, line, _NEEDS_QUOTES)
    found = Text(en="not valid TOML: {reason}.", zh="不是有效的 TOML：{reason}。")
    return _error(name, line, found.format(reason=reason))


_NEEDS_QUOTES = Text(
    en="not valid TOML: names with other letters than a to z, digits, _ and - need "
    'quotes, such as ["红线"].',
    zh='不是有效的 TOML：名称含中文等字符时须加英文双引号，如 ["红线"]。',
)
