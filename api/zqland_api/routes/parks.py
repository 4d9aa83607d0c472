"""The parks and the ground in them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from zqland_api import views
from zqland_api.dependencies import AtDesk, view_of
from zqland_api.output import features, records
from zqland_api.queries import Conditions
from zqland_api.responses import GeoJson, answer_json, problems
from zqland_api.schemas import ParkCollection

router = APIRouter(tags=["parks"])


@router.get(
    "/parks",
    response_model=ParkCollection,
    response_class=GeoJson,
    responses=problems(421, 422),
)
def list_parks(
    request: Request, desk: AtDesk, query: Annotated[Conditions, Query()]
) -> Response:
    """List the parks with the number and the area of their parcels."""
    view = view_of(request, query, use="ledger")
    parks = desk.records.reserve.parks
    table = views.park_table(parks, desk.measured(view.on, view.basis), view)
    document = {
        "type": "FeatureCollection",
        **view.about(desk).to_dict(view.language),
        "features": features(parks.geometry, records(table), key="park_id"),
    }
    return answer_json(request, document, view.language, kind=GeoJson)
