"""The parcels as of a day, and the history of each."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from zqland_api import history, views
from zqland_api.dependencies import AtDesk, ParcelId, view_of
from zqland_api.output import features, records
from zqland_api.paging import counted
from zqland_api.queries import Conditions, ParcelQuery
from zqland_api.responses import GeoJson, answer_json, problems
from zqland_api.schemas import ParcelCollection, ParcelHistory
from zqland_api.selection import select_parcels

router = APIRouter(tags=["parcels"])


@router.get(
    "/parcels",
    response_model=ParcelCollection,
    response_class=GeoJson,
    responses=problems(421, 422),
)
def list_parcels(
    request: Request, desk: AtDesk, query: Annotated[ParcelQuery, Query()]
) -> Response:
    """List parcels as GeoJSON; all filters hold together."""
    view = view_of(request, query, use="lot")
    chosen = select_parcels(desk.measured(view.on, view.basis).parcels, query, view)
    page = chosen.iloc[query.offset : query.offset + query.limit]
    table = views.parcel_table(page, basis=view.basis, unit=view.unit)
    document = {
        "type": "FeatureCollection",
        **view.about(desk).to_dict(view.language),
        **counted(request, query, matched=len(chosen), returned=len(page)),
        "features": features(page.geometry, records(table)),
    }
    return answer_json(request, document, view.language, kind=GeoJson)


@router.get(
    "/parcels/{parcel_id:path}",
    response_model=ParcelHistory,
    response_class=GeoJson,
    responses=problems(404, 421, 422),
)
def show_parcel(
    request: Request,
    desk: AtDesk,
    parcel_id: ParcelId,
    query: Annotated[Conditions, Query()],
) -> Response:
    """Show one parcel with its evidence and the events of its life."""
    view = view_of(request, query, use="lot")
    desk.check_parcel(parcel_id, view.on)
    row = desk.measured(view.on, view.basis).parcels.loc[[parcel_id]]
    table = views.parcel_table(row, basis=view.basis, unit=view.unit)
    document = {
        **features(row.geometry, records(table))[0],
        **view.about(desk).to_dict(view.language),
        **history.of_parcel(desk, row, view),
    }
    return answer_json(request, document, view.language, kind=GeoJson)
