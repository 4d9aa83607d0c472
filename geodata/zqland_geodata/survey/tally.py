"""What was tolerated while reading a survey TXT, counted and turned into findings."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from zqland.text import Text
from zqland_geodata.remarks import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from zqland.findings import Finding

_PLACES = 3
_OFTEN = Text(
    en="{text} ({count} times, lines {lines})",
    zh="{text}（共 {count} 处，第 {lines} 行）",
)


@dataclass(slots=True)
class _Entry:
    rule: Rule
    parcel: int
    field: str
    value: str
    facts: dict[str, object]
    lines: list[int]
    count: int = 1


@dataclass(frozen=True, slots=True)
class Tally:
    """Collects tolerances; the same one of a whole file becomes one finding."""

    _entries: dict[tuple[object, ...], _Entry] = field(default_factory=dict)

    def add(
        self,
        rule: Rule,
        line: int,
        value: object = "",
        *,
        parcel: int = -1,
        about: str = "",
        facts: Mapping[str, object] | None = None,
        **more: object,
    ) -> None:
        """Count a tolerance.

        Parameters
        ----------
        rule
            The rule that allows it.
        line
            Number of the line, or 0 for the file.
        value
            What was found.
        parcel
            Position of the parcel where each is to have a finding of its own.
        about
            Column or part of the record.
        facts, **more
            For the places in the sentences; different facts are different findings.
        """
        known = {**(facts or {}), **more}
        key = (rule.code, parcel, *((name, str(known[name])) for name in known))
        entry = self._entries.get(key)
        if entry is None:
            lines = [line] if line else []
            self._entries[key] = _Entry(rule, parcel, about, str(value), known, lines)
            return
        entry.count += 1
        if len(entry.lines) <= _PLACES and line not in entry.lines:
            entry.lines.append(line)

    def findings(self, ids: Sequence[str]) -> Iterator[Finding]:
        """Turn what was counted into findings.

        Parameters
        ----------
        ids
            Identifiers of the parcels in the order of the file.

        Yields
        ------
        finding
            At the first line that it was found in.
        """
        for entry in self._entries.values():
            rule = entry.rule
            facts = dict(entry.facts)
            if entry.count > 1 and entry.lines:
                more = "…" if len(entry.lines) > _PLACES else ""
                lines = ", ".join(map(str, entry.lines[:_PLACES])) + more
                often = _OFTEN.format(
                    text=rule.message.format(**facts), count=entry.count, lines=lines
                )
                facts["text"] = often
                rule = Rule(rule.code, rule.severity, _AS_IT_IS, rule.action)
            record = ids[entry.parcel] if entry.parcel >= 0 else ""
            place = f"line {entry.lines[0]}" if entry.lines else ""
            yield rule.finding(record, entry.field, entry.value, place=place, **facts)


_AS_IT_IS = Text(en="{text}", zh="{text}")
