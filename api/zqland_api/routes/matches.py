"""The ground that fits a project which is not stored."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from zqland_api import answers
from zqland_api.dependencies import AtDesk, view_of
from zqland_api.queries import PostedMatchQuery, PostedProject
from zqland_api.responses import Json, answer_json, problems
from zqland_api.schemas import MatchAnswer

router = APIRouter(tags=["matches"])


@router.post(
    "/matches",
    response_model=MatchAnswer,
    response_class=Json,
    responses=problems(400, 413, 421, 422),
)
def match_posted(
    request: Request,
    desk: AtDesk,
    project: PostedProject,
    query: Annotated[PostedMatchQuery, Query()],
) -> Response:
    """Match a posted project to the free parcels; nothing is stored."""
    view = answers.posted_view(view_of(request, query, use="need"), project)
    need = answers.need_of(project, desk, basis=view.basis)
    answer = desk.answer(need, on=view.on, unit=view.unit, top=query.top)
    return answer_json(request, answers.document(answer, desk, view), view.language)
