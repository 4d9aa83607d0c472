"""The service: everything put together from explicit settings."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from zqland.errors import ZqlandError
from zqland_api.desks import Desks, open_desks
from zqland_api.errors import language_of, problem_of
from zqland_api.guard import Guard
from zqland_api.pages import check_file
from zqland_api.pages import routes as pages
from zqland_api.pages.render import render
from zqland_api.policy import PAGE_POLICY
from zqland_api.release import release
from zqland_api.routes import (
    about,
    acreage,
    books,
    checks,
    maps,
    matches,
    parcels,
    parks,
    problems,
    projects,
)
from zqland_api.schemas import ProblemDetail
from zqland_api.settings import Settings

DESCRIPTION = (
    "Parcels of an industrial land reserve, their readiness as of a day, and the "
    "ground that fits each project. Read-only. 工业用地储备：地块、"
    "按日期推定的熟化程度、以及适合各项目的用地。只读。"
)
"""What OpenAPI says about the service."""

STATIC = Path(__file__).parent / "pages" / "static"
"""Folder of the pages' style and script."""


def create_app(settings: Settings, *, desk: Desks | None = None) -> FastAPI:
    """Create the service.

    Parameters
    ----------
    settings
        All settings; nothing is read from the environment.
    desk
        Desks that are open already, which the caller closes; else the sources are
        read now, and closed when the service ends.

    Returns
    -------
    app
        The service, ready to be run.

    Raises
    ------
    ZqlandError
        A source cannot be read.
    """
    app = FastAPI(
        title="zqland",
        version=release(),
        description=DESCRIPTION,
        license_info={"name": "MIT"},
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        lifespan=_closing_own if desk is None else None,
    )
    app.state.settings = settings
    app.state.desks = _desks_of(settings) if desk is None else desk
    # Matches and maps of a project come before the project itself: its code may hold
    # a slash, so its route takes every path that is left.
    for module in (
        pages,
        about,
        parks,
        parcels,
        maps,
        projects,
        matches,
        acreage,
        books,
        checks,
        check_file,
        problems,
    ):
        app.include_router(module.router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    for error_class in (ZqlandError, RequestValidationError, HTTPException):
        app.add_exception_handler(error_class, _tell)
    app.add_middleware(GZipMiddleware, minimum_size=2048, compresslevel=5)
    app.add_middleware(
        Guard,
        hosts=settings.server.answered_hosts(),
        language=settings.display.language,
        upload_bytes=settings.server.upload_bytes,
    )
    _describe_problems(app)
    return app


def _desks_of(settings: Settings) -> Desks:
    return open_desks(settings.sources, limits=settings.limits.limits())


@asynccontextmanager
async def _closing_own(app: FastAPI) -> AsyncIterator[None]:
    yield
    app.state.desks.close()


def _tell(request: Request, error: Exception) -> Response:
    settings: Settings = request.app.state.settings
    language = language_of(
        request.query_params, request.headers, default=settings.display.language
    )
    problem, instance = problem_of(error), request.url.path
    response = problem.to_response(language, instance=instance)
    if "text/html" in request.headers.get("accept", ""):
        # A person with a browser: the same words as a page.
        members = problem.to_dict(language, instance=instance)
        response.body = render(
            "problem.html", {"problem": members, "lang": language.value}, language
        ).encode()
        response.headers["Content-Length"] = str(len(response.body))
        response.headers["Content-Type"] = "text/html; charset=utf-8"
        response.headers["Content-Security-Policy"] = PAGE_POLICY
    return response


def _describe_problems(app: FastAPI) -> None:
    """Put the problem detail among the schemas of OpenAPI."""
    describe = app.openapi

    def openapi() -> dict[str, Any]:
        document = describe()
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        template = "#/components/schemas/{model}"
        problem = ProblemDetail.model_json_schema(ref_template=template)
        schemas.update(problem.pop("$defs", {}))
        schemas["ProblemDetail"] = problem
        return document

    app.openapi = openapi  # type: ignore[method-assign] # FastAPI's documented way
