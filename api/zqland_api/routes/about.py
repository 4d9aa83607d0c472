"""Which records the service answers from, and of which version they are."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from zqland_api.dependencies import AtDesk, view_of
from zqland_api.queries import Conditions
from zqland_api.release import release
from zqland_api.responses import Json, answer_json, problems
from zqland_api.schemas import AboutService

router = APIRouter(tags=["about"])


@router.get(
    "/about",
    response_model=AboutService,
    response_class=Json,
    responses=problems(421, 422, 503),
)
def show_about(
    request: Request, desk: AtDesk, query: Annotated[Conditions, Query()]
) -> Response:
    """Show the release, and the version of the ledger that is answered from."""
    view = view_of(request, query, use="ledger")
    document = {"release": release(), **view.about(desk).to_dict(view.language)}
    return answer_json(request, document, view.language)
