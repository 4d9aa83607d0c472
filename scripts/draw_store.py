"""Draw the tables of the store and what refers to what, from their definition."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Final

from zqland_geodata.store.schema import RECORDS, Record

if TYPE_CHECKING:
    from collections.abc import Iterator

COLUMNS: Final = (
    ("evidence", "status_events", "lineage", "documents"),
    ("parks", "parcels", "targets", "quotas"),
    ("indicators", "holds", "contracts", "batch_parcels"),
    ("projects", "milestones", "batches", "batch_steps"),
)
"""Where the tables stand, from left to right; a table that is not named stands last."""

OTHER_NAMES: Final = {
    ("lineage", "child_id"): ("parcels",),
    ("lineage", "parent_id"): ("parcels",),
    ("evidence", "subject_id"): ("parcels", "parks"),
}
"""What columns refer to that are not called as the key that they hold."""

_WIDTH, _GAP, _LINE, _HEAD, _SPACE = 190, 100, 19, 26, 34
_EDGE = 12
_SVG = "http://www.w3.org/2000/svg"
_ARROW = (
    "<defs><marker id='arrow' markerWidth='9' markerHeight='8' refX='8' refY='4' "
    "orient='auto'><path d='M0,0 L9,4 L0,8 z' fill='#2b6cb0'/></marker></defs>"
)
_FONT = "font-family='system-ui, sans-serif' font-size='13'"
_STYLE = "fill='none' stroke='#2b6cb0' stroke-width='1.3' marker-end='url(#arrow)'"


@dataclass(frozen=True, slots=True)
class Box:
    """A table on the drawing.

    Attributes
    ----------
    record
        The table.
    left, top
        Its corner, pixels.
    shown
        Columns that are written: those of the key, then those that refer.
    """

    record: Record
    left: int
    top: int
    shown: tuple[str, ...]

    @property
    def height(self) -> int:
        """Height in pixels; the last line counts the columns that are not written."""
        return _HEAD + _LINE * (len(self.shown) + 1) + 6

    def row(self, column: str) -> int:
        """Give the middle of the line of a column."""
        return self.top + _HEAD + _LINE * self.shown.index(column) + 11


def references() -> list[tuple[str, str, str]]:
    """Find which column of which table names rows of which other.

    Returns
    -------
    references
        Table, column, and the table that is referred to.
    """
    keys = {
        record.key[0]: name for name, record in RECORDS.items() if len(record.key) == 1
    }
    return [
        (name, column.name, target)
        for name, record in RECORDS.items()
        for column in record.columns
        for target in OTHER_NAMES.get(
            (name, column.name), (keys.get(column.name, name),)
        )
        if target != name
    ]


def tables_text() -> str:
    """List the tables in Markdown: their keys, what they refer to, what they hold."""
    found = references()
    lines = [
        "| table | 中文 | key | refers to | other columns |",
        "|---|---|---|---|---|",
    ]
    for name, record in RECORDS.items():
        targets = dict.fromkeys(to for table, _, to in found if table == name)
        named = {*record.key, *(column for table, column, _ in found if table == name)}
        others = [c.name for c in record.columns if c.name not in named]
        lines.append(
            f"| `{name}`{' †' * record.append_only} | {record.word.zh} "
            f"| {_codes(record.key)} | {', '.join(targets)} | {_codes(others)} |"
        )
    return "\n".join([*lines, ""])


def drawing() -> str:
    """Draw the tables as SVG."""
    boxes = _boxes()
    width = max(box.left for box in boxes.values()) + _WIDTH + _EDGE
    height = max(box.top + box.height for box in boxes.values()) + _EDGE
    size = f"width='{width}' height='{height}'"
    parts = [
        f"<svg xmlns='{_SVG}' viewBox='0 0 {width} {height}' {size} {_FONT}>",
        "<title>The tables of the store and what refers to what</title>",
        _ARROW,
        f"<rect {size} fill='#ffffff'/>",
        *_arrows(boxes),
        *(part for box in boxes.values() for part in _drawn(box)),
        "</svg>",
        "",
    ]
    return "\n".join(parts)


def _codes(names: tuple[str, ...] | list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _boxes() -> dict[str, Box]:
    placed = {name for names in COLUMNS for name in names}
    rest = tuple(name for name in RECORDS if name not in placed)
    found = references()
    boxes = {}
    for place, names in enumerate((*COLUMNS[:-1], (*COLUMNS[-1], *rest))):
        top = _EDGE
        for name in names:
            record = RECORDS[name]
            refers = [column for table, column, _ in found if table == name]
            shown = tuple(dict.fromkeys([*record.key, *refers]))
            box = Box(record, _EDGE + place * (_WIDTH + _GAP), top, shown)
            boxes[name] = box
            top += box.height + _SPACE
    return boxes


def _arrows(boxes: dict[str, Box]) -> Iterator[str]:
    """Draw a curve from each column that refers to the head of the other table."""
    for name, column, target in references():
        start, end = boxes[name], boxes[target]
        y, to_y = start.row(column), end.top + _HEAD // 2
        rightward = end.left > start.left
        x = start.left + _WIDTH * rightward
        if end.left == start.left:
            to_x, bend, to_bend = end.left, -_GAP // 2, -_GAP // 2
        else:
            to_x = end.left + _WIDTH * (not rightward)
            bend = _GAP * 2 // 3 * (1 if rightward else -1)
            to_bend = -bend
        yield (
            f"<path {_STYLE} d='M{x},{y} C{x + bend},{y} {to_x + to_bend},{to_y} "
            f"{to_x},{to_y}'/>"
        )


def _drawn(box: Box) -> Iterator[str]:
    record, left, top = box.record, box.left, box.top
    yield (
        f"<rect x='{left}' y='{top}' width='{_WIDTH}' height='{box.height}' rx='4' "
        "fill='#f7fafc' stroke='#4a5568'/>"
    )
    fill = "#feebc8" if record.append_only else "#bee3f8"
    yield (
        f"<rect x='{left}' y='{top}' width='{_WIDTH}' height='{_HEAD}' rx='4' "
        f"fill='{fill}' stroke='#4a5568'/>"
    )
    title = f"{escape(record.name)} · {escape(record.word.zh)}"
    yield _text(left + 8, top + 17, title, weight="bold")
    for column in box.shown:
        weight = "bold" if column in record.key else "normal"
        yield _text(left + 8, box.row(column) + 4, escape(column), weight=weight)
    rest = len(record.columns) - len(box.shown)
    if rest:
        y = top + box.height - 8
        yield _text(left + 8, y, f"and {rest} more", weight="normal", fill="#718096")


def _text(x: int, y: int, words: str, *, weight: str, fill: str = "#1a202c") -> str:
    return f"<text x='{x}' y='{y}' font-weight='{weight}' fill='{fill}'>{words}</text>"
