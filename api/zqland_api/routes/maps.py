"""The maps as pages."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from zqland_api import maps
from zqland_api.dependencies import AtDesk, ProjectId, WithSettings, view_of
from zqland_api.policy import map_policy
from zqland_api.queries import MapQuery, MatchQuery
from zqland_api.responses import Html, answer_bytes, problems
from zqland_api.settings import Settings
from zqland_api.view import View

router = APIRouter(tags=["maps"])


@router.get("/map", response_class=Html, responses=problems(421, 422))
def show_reserve_map(
    request: Request,
    desk: AtDesk,
    settings: WithSettings,
    query: Annotated[MapQuery, Query()],
) -> Response:
    """Show the map of the reserve, one page with everything in it."""
    view = view_of(request, query, use="ledger")
    basemap = maps.basemap_of(settings.display)
    content = desk.pages.get(
        ("reserve", view, query.public),
        lambda: maps.draw_reserve(
            desk, view, basemap=basemap, public=query.public
        ).encode(),
    )
    return answer_map(request, content, view, settings)


@router.get(
    "/projects/{project_id:path}/map",
    response_class=Html,
    responses=problems(404, 421, 422),
)
def show_match_map(
    request: Request,
    desk: AtDesk,
    settings: WithSettings,
    project_id: ProjectId,
    query: Annotated[MatchQuery, Query()],
) -> Response:
    """Show the ground that fits a stored project on a map."""
    view = view_of(request, query, use="need")
    need = desk.need(project_id, basis=view.basis)
    answer = desk.answer(need, on=view.on, unit=view.unit, top=query.top)
    basemap = maps.basemap_of(settings.display)
    html = maps.draw_matches(desk, answer, view, basemap=basemap)
    return answer_map(request, html.encode(), view, settings)


def answer_map(
    request: Request, content: bytes, view: View, settings: Settings
) -> Response:
    """Answer with a map, under a policy made for that very page.

    Parameters
    ----------
    request
        The request.
    content
        The page in UTF-8.
    view
        The reader's view.
    settings
        The settings, for the basemap's hosts.
    """
    basemap = maps.basemap_of(settings.display)
    policy = map_policy(
        content.decode(), tile_hosts=() if basemap is None else basemap.hosts
    )
    headers = {"Content-Security-Policy": policy}
    return answer_bytes(request, content, view.language, kind=Html, headers=headers)
