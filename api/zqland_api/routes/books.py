"""The books of a year as a workbook to save: for people, linked from the desk."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from fastapi import Path as InPath
from starlette.responses import Response

from zqland.text import Text
from zqland_api.dependencies import AtDesk, view_of
from zqland_api.desk import Desk
from zqland_api.queries import BooksQuery
from zqland_api.responses import Xlsx, answer_bytes
from zqland_api.settings import FIRST_DAY, LAST_DAY
from zqland_api.view import View
from zqland_api.yearbook.records import Recorded
from zqland_api.yearbook.workbook import write_yearbook
from zqland_api.yearbook.year import open_year

router = APIRouter(include_in_schema=False)

CalendarYear = Annotated[int, InPath(ge=FIRST_DAY.year, le=LAST_DAY.year)]

_NAME = Text(en="yearbook_{year}.xlsx", zh="年度台账_{year}.xlsx")


@router.get("/books/{year}.xlsx")
def save_books(
    request: Request,
    desk: AtDesk,
    year: CalendarYear,
    query: Annotated[BooksQuery, Query()],
) -> Response:
    """Write the books of a year as a workbook, each once for all who ask."""
    view = view_of(request, query, use="ledger")
    key = ("books", year, query.scope, view)
    content = desk.pages.get(key, lambda: _written(desk, view, year, query.scope))
    name = quote(_NAME.format(year=year).in_language(view.language))
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
    return answer_bytes(request, content, view.language, kind=Xlsx, headers=headers)


def _written(desk: Desk, view: View, year: int, scope: str) -> bytes:
    recorded = Recorded(
        reserve=desk.records.reserve,
        on=view.on,
        store=desk.records.store,
        version=None if desk.edition is None else desk.edition.version,
    )
    found = open_year(
        recorded.reserve,
        on=view.on,
        catalogues=desk.catalogues,
        year=year,
        scope=scope,
        basis=view.basis,
    )
    with tempfile.TemporaryDirectory(prefix="zqland-books-") as folder:
        path = Path(folder, "books.xlsx")
        write_yearbook(path, found, recorded, language=view.language, unit=view.unit)
        return path.read_bytes()
