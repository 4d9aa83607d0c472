"""The stored projects and the ground that fits each."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from zqland_api import answers
from zqland_api.dependencies import AtDesk, ProjectId, view_of
from zqland_api.output import records
from zqland_api.paging import address, counted
from zqland_api.queries import Conditions, MatchQuery, Page
from zqland_api.responses import Json, answer_json, problems
from zqland_api.schemas import MatchAnswer, Project, ProjectList

router = APIRouter(tags=["projects"])


@router.get(
    "/projects",
    response_model=ProjectList,
    response_class=Json,
    responses=problems(421, 422),
)
def list_projects(
    request: Request, desk: AtDesk, query: Annotated[Page, Query()]
) -> Response:
    """List the stored projects and their needs; areas in square metres."""
    view = view_of(request, query, use="need")
    projects = desk.records.reserve.projects
    page = projects.iloc[query.offset : query.offset + query.limit]
    document = {
        **view.about(desk).to_dict(view.language),
        **counted(request, query, matched=len(projects), returned=len(page)),
        "projects": [_with_links(row) for row in records(page.reset_index())],
    }
    return answer_json(request, document, view.language)


@router.get(
    "/projects/{project_id:path}/matches",
    response_model=MatchAnswer,
    response_class=Json,
    responses=problems(404, 421, 422),
)
def match_stored(
    request: Request,
    desk: AtDesk,
    project_id: ProjectId,
    query: Annotated[MatchQuery, Query()],
) -> Response:
    """Match a stored project to the free parcels."""
    view = view_of(request, query, use="need")
    need = desk.need(project_id, basis=view.basis)
    answer = desk.answer(need, on=view.on, unit=view.unit, top=query.top)
    return answer_json(request, answers.document(answer, desk, view), view.language)


@router.get(
    "/projects/{project_id:path}",
    response_model=Project,
    response_class=Json,
    responses=problems(404, 421, 422),
)
def show_project(
    request: Request,
    desk: AtDesk,
    project_id: ProjectId,
    query: Annotated[Conditions, Query()],
) -> Response:
    """Show one stored project."""
    view = view_of(request, query, use="need")
    desk.project(project_id)
    row = desk.records.reserve.projects.loc[[project_id]]
    document = {
        **_with_links(records(row.reset_index())[0]),
        **view.about(desk).to_dict(view.language),
    }
    return answer_json(request, document, view.language)


def _with_links(project: dict[str, Any]) -> dict[str, Any]:
    place = address("projects", project["project_id"])
    links = [
        {"rel": "self", "href": place, "type": "application/json"},
        {"rel": "matches", "href": f"{place}/matches", "type": "application/json"},
        {"rel": "map", "href": f"{place}/map", "type": "text/html"},
    ]
    return {**project, "links": links}
