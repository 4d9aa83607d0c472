"""Parts of lists, and the links between them."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from fastapi import Request

from zqland_api.queries import Page


def counted(
    request: Request, page: Page, *, matched: int, returned: int
) -> dict[str, Any]:
    """Say how long a list is and where its other parts are.

    Parameters
    ----------
    request
        The request for this part.
    page
        Which part was asked for.
    matched
        Entries in the whole list.
    returned
        Entries in this part.
    """
    offsets = {"self": page.offset}
    if page.offset + page.limit < matched:
        offsets["next"] = page.offset + page.limit
    if page.offset > 0:
        offsets["prev"] = max(0, page.offset - page.limit)
    return {
        "numberMatched": matched,
        "numberReturned": returned,
        "links": [
            {
                "rel": relation,
                "href": _with_offset(request, offset),
                "type": "application/geo+json"
                if request.url.path == "/parcels"
                else "application/json",
            }
            for relation, offset in offsets.items()
        ],
    }


def _with_offset(request: Request, offset: int) -> str:
    kept = [
        (name, value)
        for name, value in request.query_params.multi_items()
        if name != "offset"
    ]
    query = urlencode([*kept, ("offset", str(offset))] if offset else kept)
    return f"{request.url.path}?{query}" if query else request.url.path


def address(*steps: str) -> str:
    """Return the address of a record; its code may hold any character.

    Examples
    --------
    >>> address("parcels", "肇/1?")
    '/parcels/%E8%82%87%2F1%3F'
    """
    return "/" + "/".join(quote(step, safe="") for step in steps)
