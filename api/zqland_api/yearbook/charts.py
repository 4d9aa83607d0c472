"""Charts of the library of workbooks: they show what stands in cells, and follow it."""

from __future__ import annotations

from typing import Any

from zqland.readiness import PREDICATES
from zqland.text import Text
from zqland_api.yearbook.draft import Draft
from zqland_geodata.workbook.cells import Block

COLOURS = {
    "serviced": "#E69F00",
    "clean": "#999999",
    "mature": "#0072B2",
    "standard": "#009E73",
}
"""Colours of the predicates: distinct for colour-blind readers, in grey print too."""

_GRID, _LINEAR = "#D5DCE0", "#777777"
_LINEAR_TEXT = Text(en="Linear pace", zh="序时进度")
_DONE = Text(en="{book}: done", zh="{book}·已完成")


def bars_by_park(draft: Draft, block: Block) -> Any:  # noqa: ANN401 - the library has no types
    """Draw the stock of each predicate by park as bars side by side.

    Parameters
    ----------
    draft
        The yearbook.
    block
        Table with the columns ``park`` and one per predicate.
    """
    chart = draft.book.add_chart({"type": "bar"})
    for book in PREDICATES:
        chart.add_series(
            {
                "name": draft.books[book],
                "categories": f"={block.range('park')}",
                "values": f"={block.range(book)}",
                "fill": {"color": COLOURS[book]},
                "gap": 60,
            }
        )
    title = Text(en="Stock by park at the end of the period", zh="期末各园区存量")
    _dress(draft, chart, title)
    chart.set_y_axis({"reverse": True, "num_font": _font(draft)})
    chart.set_x_axis(
        {
            "num_format": "#,##0",
            "num_font": _font(draft),
            "major_gridlines": {"visible": True, "line": {"color": _GRID}},
            "label_position": "high",
        }
    )
    return chart


def pace_chart(draft: Draft, block: Block, book: str) -> Any:  # noqa: ANN401 - as above
    """Draw what was done of a target by each month's end against a linear pace.

    Parameters
    ----------
    draft
        The yearbook.
    block
        Table with ``last_day`` and for the book ``<book>_sum`` and ``<book>_linear``.
    book
        The predicate.
    """
    chart = draft.book.add_chart({"type": "line"})
    days = f"={block.range('last_day')}"
    chart.add_series(
        {
            "name": draft.book.say(_LINEAR_TEXT),
            "categories": days,
            "values": f"={block.range(f'{book}_linear')}",
            "line": {"color": _LINEAR, "width": 1.25, "dash_type": "dash"},
            "marker": {"type": "none"},
        }
    )
    chart.add_series(
        {
            "name": draft.book.say(_DONE.format(book=draft.book_text(book))),
            "categories": days,
            "values": f"={block.range(f'{book}_sum')}",
            "line": {"color": COLOURS[book], "width": 2.25},
            "marker": {
                "type": "circle",
                "size": 6,
                "fill": {"color": COLOURS[book]},
                "border": {"color": COLOURS[book]},
            },
        }
    )
    title = Text(en="{book} {year}: pace", zh="{year} 年{book}进度")
    _dress(
        draft, chart, title.format(book=draft.book_text(book), year=draft.year.number)
    )
    chart.set_x_axis(
        {
            "date_axis": True,
            "major_unit": 1,
            "major_unit_type": "months",
            "num_format": "yyyy-mm",
            "num_font": _font(draft),
            "major_gridlines": {"visible": False},
        }
    )
    _areas_up(draft, chart)
    return chart


def month_chart(draft: Draft, block: Block, books: tuple[str, ...]) -> Any:  # noqa: ANN401 - as above
    """Draw what first reached each predicate by month as columns.

    Parameters
    ----------
    draft
        The yearbook.
    block
        Table with ``month`` and a column per book.
    books
        The predicates.
    """
    chart = draft.book.add_chart({"type": "column"})
    for book in books:
        chart.add_series(
            {
                "name": draft.books[book],
                "categories": f"={block.range('month')}",
                "values": f"={block.range(book)}",
                "fill": {"color": COLOURS[book]},
                "gap": 80,
            }
        )
    title = Text(en="First reached, by month", zh="各月首次达到面积")
    _dress(draft, chart, title)
    chart.set_x_axis({"num_font": _font(draft)})
    _areas_up(draft, chart)
    return chart


def _dress(draft: Draft, chart: Any, title: Text) -> None:  # noqa: ANN401 - as above
    chart.set_title(
        {
            "name": draft.book.say(draft.heading(title)),
            "name_font": {**_font(draft), "size": 12, "bold": True},
            "overlay": False,
        }
    )
    chart.set_legend({"position": "bottom", "font": _font(draft)})
    chart.set_chartarea({"border": {"color": _GRID}})


def _areas_up(draft: Draft, chart: Any) -> None:  # noqa: ANN401 - as above
    chart.set_y_axis(
        {
            "num_format": "#,##0",
            "num_font": _font(draft),
            "min": 0,
            "major_gridlines": {"visible": True, "line": {"color": _GRID}},
            "line": {"none": True},
        }
    )


def _font(draft: Draft) -> dict[str, Any]:
    return {"name": draft.book.font, "size": 9}
