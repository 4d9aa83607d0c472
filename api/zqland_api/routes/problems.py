"""What the kinds of problems mean."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from zqland.errors import NotFoundError
from zqland_api.dependencies import WithSettings
from zqland_api.errors import KINDS, NOT_FOUND, language_of
from zqland_api.queries import Query as AnyQuery
from zqland_api.responses import Json, answer_json, problems
from zqland_api.schemas import ProblemMeaning

router = APIRouter(tags=["problems"])


@router.get(
    "/problems/{slug}",
    response_model=ProblemMeaning,
    response_class=Json,
    responses=problems(404, 421, 422),
)
def explain_problem(
    request: Request,
    settings: WithSettings,
    slug: str,
    query: Annotated[AnyQuery, Query()],  # noqa: ARG001 - refuses unknown parameters
) -> Response:
    """Say what a kind of problem means and what to do about it."""
    kind = KINDS.get(slug)
    if kind is None:
        raise NotFoundError(NOT_FOUND.about)
    language = language_of(
        request.query_params, request.headers, default=settings.display.language
    )
    document = {
        "type": f"/problems/{kind.slug}",
        "title": kind.title.in_language(language),
        "status": int(kind.status),
        "about": kind.about.in_language(language),
    }
    return answer_json(request, document, language)
