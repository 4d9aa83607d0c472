"""Answers as bytes: encoded once, tagged, and not sent twice."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from fastapi import Request
from starlette.responses import JSONResponse, Response

from zqland.text import Language
from zqland_api.errors import PROBLEM_JSON
from zqland_api.json_bytes import to_bytes


class Json(JSONResponse):
    """An answer in JSON that is encoded already.

    It is a `JSONResponse` so that OpenAPI describes the model and not a text.
    """

    def render(self, content: Any) -> bytes:  # noqa: ANN401 - as in the base
        """Return the content as it is."""
        return bytes(content)


class GeoJson(Json):
    """An answer in GeoJSON (RFC 7946)."""

    media_type = "application/geo+json"


class Xlsx(Response):
    """A workbook."""

    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Html(Response):
    """A page."""

    media_type = "text/html; charset=utf-8"


def answer_json(
    request: Request,
    document: Mapping[str, Any],
    language: Language,
    *,
    kind: type[Response] = Json,
) -> Response:
    """Answer with a document.

    Parameters
    ----------
    request
        The request; its ``If-None-Match`` is looked at.
    document
        What to say.
    language
        The language that it is said in.
    kind
        JSON or GeoJSON.
    """
    content = to_bytes(document)
    return answer_bytes(request, content, language, kind=kind)


def answer_bytes(
    request: Request,
    content: bytes,
    language: Language,
    *,
    kind: type[Response],
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Answer with bytes, or with 304 where the reader has them already.

    The tag is weak, since the answer may be compressed on the way.

    Parameters
    ----------
    request
        The request.
    content
        The encoded answer.
    language
        The language that it is in.
    kind
        Its kind.
    headers
        More headers.
    """
    digest = hashlib.blake2b(content, digest_size=12).hexdigest()
    common = {
        "ETag": f'W/"{digest}"',
        "Cache-Control": "no-cache",
        "Vary": "Accept-Language",
        "Content-Language": language.value,
        **(headers or {}),
    }
    if _has_tag(request.headers.get("if-none-match", ""), digest):
        return Response(status_code=304, headers=common)
    return kind(content, headers=common)


def _has_tag(header: str, digest: str) -> bool:
    tags = {tag.strip().removeprefix("W/").strip('"') for tag in header.split(",")}
    return "*" in tags or digest in tags


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Describe the problems of a route for OpenAPI.

    Parameters
    ----------
    *statuses
        HTTP statuses that the route can answer with.
    """
    schema = {"$ref": "#/components/schemas/ProblemDetail"}
    return {
        status: {
            "description": "Problem detail (RFC 9457)",
            "content": {PROBLEM_JSON: {"schema": schema}},
        }
        for status in statuses
    }
