"""From a request to what the desk understands."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Path, Request

from zqland.text import Language
from zqland_api.desk import Desk
from zqland_api.desks import Desks
from zqland_api.errors import language_of
from zqland_api.queries import Query
from zqland_api.settings import Settings
from zqland_api.view import View


def desk_of(request: Request) -> Desk:
    """Return the desk of a request: the same from its beginning to its end.

    Of a store it is that of the last revision when the request came.

    Raises
    ------
    StoreError
        The store cannot be read.
    """
    pinned: Desk | None = getattr(request.state, "desk", None)
    if pinned is None:
        desks: Desks = request.app.state.desks
        pinned = request.state.desk = desks.current()
    return pinned


def settings_of(request: Request) -> Settings:
    """Return the settings that the service was made with."""
    settings: Settings = request.app.state.settings
    return settings


def language_at(request: Request) -> Language:
    """Return the reader's language where no figures are asked for."""
    default = settings_of(request).display.language
    return language_of(request.query_params, request.headers, default=default)


def view_of(request: Request, query: Query, *, use: str) -> View:
    """Complete the conditions of a request by the service's own.

    Parameters
    ----------
    request
        The request.
    query
        What the reader named; see `Conditions`.
    use
        What the areas are for; its basis holds where the reader names none.
    """
    desk, display = desk_of(request), settings_of(request).display
    return View(
        on=getattr(query, "on", None) or desk.default_on,
        basis=getattr(query, "basis", None) or desk.catalogues.bases[use],
        unit=getattr(query, "unit", None) or display.unit,
        language=language_of(
            request.query_params, request.headers, default=display.language
        ),
    )


AtDesk = Annotated[Desk, Depends(desk_of)]
"""The desk, for a route."""

WithSettings = Annotated[Settings, Depends(settings_of)]
"""The settings, for a route."""

ParcelId = Annotated[str, Path(description="Number.", examples=["GXQ-A-001"])]
"""The number of a parcel in a path; it may hold any character."""

ProjectId = Annotated[str, Path(description="Number.", examples=["P-001"])]
"""The number of a project in a path; it may hold any character."""
