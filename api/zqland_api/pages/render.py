"""Write the desk's pages from their templates; every value is escaped."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import Response

from zqland.text import Language
from zqland_api.about import FICTIONAL
from zqland_api.desk import Desk
from zqland_api.pages.texts import in_language
from zqland_api.policy import PAGE_POLICY
from zqland_api.responses import Html, answer_bytes
from zqland_api.view import View


@lru_cache(maxsize=1)
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("zqland_api", "pages/templates", encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(name: str, values: Mapping[str, Any], language: Language) -> str:
    """Fill a template.

    Parameters
    ----------
    name
        File of the template.
    values
        What it shows.
    language
        Language of its words.
    """
    return _templates().get_template(name).render(t=in_language(language), **values)


def answer_page(
    request: Request, name: str, desk: Desk, view: View, values: Mapping[str, Any]
) -> Response:
    """Answer with a page of the desk.

    Parameters
    ----------
    request
        The request.
    name
        Name of the page and of its template.
    desk
        The desk.
    view
        The reader's view.
    values
        What the page shows besides the frame.
    """
    frame = {
        "here": name,
        "view": view,
        "about": view.about(desk).sentence.in_language(view.language),
        "fictional": FICTIONAL.in_language(view.language) if desk.is_fictional else "",
        "switch": in_other_language(request, view.language),
    }
    html = render(f"{name}.html", {**frame, **values}, view.language)
    headers = {"Content-Security-Policy": PAGE_POLICY}
    return answer_bytes(
        request, html.encode(), view.language, kind=Html, headers=headers
    )


def in_other_language(request: Request, language: Language) -> str:
    """Return the address of the same page in the other language.

    Parameters
    ----------
    request
        The request for this page.
    language
        The language of this page.
    """
    other = Language.EN if language is Language.ZH else Language.ZH
    kept = [
        (name, value)
        for name, value in request.query_params.multi_items()
        if name != "lang"
    ]
    return f"{request.url.path}?{urlencode([*kept, ('lang', other.value)])}"
