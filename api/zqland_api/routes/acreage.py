"""The acreage books: what reached what, against the targets."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from zqland_api import books
from zqland_api.dependencies import AtDesk, view_of
from zqland_api.output import records
from zqland_api.queries import AcreageQuery
from zqland_api.responses import Json, answer_json, problems
from zqland_api.schemas import Acreage

router = APIRouter(tags=["acreage"])


@router.get(
    "/acreage",
    response_model=Acreage,
    response_class=Json,
    responses=problems(421, 422),
)
def show_acreage(
    request: Request, desk: AtDesk, query: Annotated[AcreageQuery, Query()]
) -> Response:
    """Show stock, progress against the targets, and the months; square metres.

    Mature and standard land are two ledgers: their figures are never added.
    """
    view = view_of(request, query, use="ledger")
    book = books.open_books(desk, view, year=query.year)
    document = {
        **view.about(desk).to_dict(view.language),
        "stock": records(book.stock),
        "progress": records(book.progress),
        "monthly": records(book.monthly),
    }
    return answer_json(request, document, view.language)
