"""Values that stand in the description of a placemark as an HTML table."""

from __future__ import annotations

from html.parser import HTMLParser

LONGEST = 65_536
"""Letters of a description that is looked into; longer ones stay texts."""

_PAIR = 2


def values(description: str) -> dict[str, str]:
    """Take the pairs of heading and value out of a table.

    Parameters
    ----------
    description
        HTML, or plain text.

    Returns
    -------
    values
        Value by heading, from the rows of two cells; empty where there is no table.

    Examples
    --------
    >>> values("<table><tr><td>DKBH</td><td>A-1</td></tr></table>")
    {'DKBH': 'A-1'}
    """
    if "<t" not in description.casefold() or len(description) > LONGEST:
        return {}
    rows = _Rows()
    rows.feed(description)
    rows.close()
    return {
        heading: value
        for heading, value in (row for row in rows.rows if len(row) == _PAIR)
        if heading
    }


class _Rows(HTMLParser):
    """Collect the cells of each row; a table inside a cell begins anew."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._row: list[str] = []
        self._in_cell = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if tag == "tr":
            self._flush()
        elif tag in {"td", "th"}:
            self._row.append("")
            self._in_cell = True

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th"}:
            self._in_cell = False
        elif tag in {"tr", "table"}:
            self._flush()

    def handle_data(self, data: str) -> None:
        if self._in_cell and self._row:
            self._row[-1] += data

    def close(self) -> None:
        super().close()
        self._flush()

    def _flush(self) -> None:
        if self._row:
            self.rows.append([" ".join(cell.split()) for cell in self._row])
        self._row = []
        self._in_cell = False
