"""The desk's pages: start with three doors, match form, acreage figures."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

import geopandas as gpd
from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from zqland.errors import NeedError, NotFoundError
from zqland.matching import Answer
from zqland.text import Text
from zqland.units import UNIT_TEXTS, format_area
from zqland_api import answers, maps
from zqland_api.about import METHOD_TEXTS
from zqland_api.dependencies import AtDesk, WithSettings, view_of
from zqland_api.desk import Desk
from zqland_api.errors import QueryError
from zqland_api.pages.acreage import (
    acreage_values,
    lacking_line,
    usable_lacking_line,
)
from zqland_api.pages.form import Form, read_form, stored_values
from zqland_api.pages.render import answer_page
from zqland_api.pages.result import result_of
from zqland_api.pages.rules import how_it_works
from zqland_api.pages.texts import PAGE_TEXTS
from zqland_api.paging import address
from zqland_api.queries import AcreageQuery, Conditions, FormQuery
from zqland_api.routes.maps import answer_map
from zqland_api.sheets import note_lines
from zqland_api.view import View
from zqland_api.views import area_on, usable_on

router = APIRouter(include_in_schema=False)

LISTED_PROJECTS = 2000
"""Most projects in the look-up of the start page."""

_NO_SUCH_PROJECT = Text(
    en="No project has the number or the name {name!r}.",
    zh="没有编号或名称为 {name!r} 的项目。",
)
_BLANK_FORM = Text(
    en="The form names no area, so there is nothing to show on a map.",
    zh="未填写用地面积，无法绘制地图。",
)


@router.get("/")
def show_start(
    request: Request, desk: AtDesk, query: Annotated[Conditions, Query()]
) -> Response:
    """Show the start page with its three doors."""
    view = view_of(request, query, use="lot")
    reserve = desk.records.reserve
    parcels = desk.measured(view.on, view.basis).parcels
    free = parcels[parcels["free"].to_numpy(dtype=bool)]
    free_m2 = area_on(free, view.basis)
    is_lacking = free_m2.isna()
    values = {
        "facts": {
            "parcels": f"{len(parcels):,}",
            "free": f"{len(free):,}",
            "free_area": format_area(
                float(free_m2.sum()), view.unit, digits=0, language=view.language.value
            ),
            **_free_usable(desk, free, view),
            "projects": f"{len(reserve.projects):,}",
            "lacking": lacking_line(
                int(is_lacking.sum()),
                float(free.loc[is_lacking, "planar_m2"].sum()),
                view,
            ),
        },
        "projects": [
            {"id": project_id, "name": name}
            for project_id, name in reserve.projects["name"]
            .fillna("")
            .iloc[:LISTED_PROJECTS]
            .items()
        ],
        "notes": note_lines(desk.records.notes, view.language),
    }
    return answer_page(request, "start", desk, view, values)


@router.get("/desk/project")
def find_project(
    request: Request, desk: AtDesk, query: Annotated[FormQuery, Query()]
) -> Response:
    """Find a stored project by its number or a part of its name."""
    view = view_of(request, query, use="need")
    projects = desk.records.reserve.projects
    wanted = (query.project or "").strip()
    names = projects["name"].fillna("").astype(str)
    found = projects.index[
        (projects.index == wanted) | names.str.contains(wanted, regex=False)
    ]
    if wanted in projects.index:
        found = found[found == wanted]
    if not wanted or found.empty:
        raise NotFoundError(_NO_SUCH_PROJECT.format(name=wanted))
    parameters = urlencode({"project": found[0], "lang": view.language.value})
    return RedirectResponse(f"/desk/match?{parameters}#answer", status_code=303)


@router.get("/desk/match")
def show_match(
    request: Request, desk: AtDesk, query: Annotated[FormQuery, Query()]
) -> Response:
    """Show the match form and, where it is filled in, the answer."""
    view = view_of(request, query, use="need")
    form = _form(request, desk, view, query)
    messages, result = [], None
    try:
        answer = _answer(desk, view, form, query)
        if answer is not None:
            place = _map_address(request, query)
            named = desk.records.reserve.parcels["name"].dropna()
            names = dict(zip(named.index.astype(str), named.astype(str), strict=True))
            result = result_of(answer, view.language, map_address=place, names=names)
    except (NeedError, QueryError) as error:
        messages.append(error.text.in_language(view.language))
    messages.extend(
        f"{PAGE_TEXTS[name].in_language(view.language)}："
        f"{text.in_language(view.language)}"
        for name, text in form.faults.items()
    )
    values = {
        "form": form.values,
        "faults": {
            name: text.in_language(view.language) for name, text in form.faults.items()
        },
        "messages": messages,
        "result": result,
        "choices": _choices(desk, view),
        "how": how_it_works(desk, view.language),
        "open": _open_sections(form, query),
        "area_hint": _area_hint(desk, view),
    }
    return answer_page(request, "match", desk, view, values)


@router.get("/desk/match/map")
def show_form_map(
    request: Request,
    desk: AtDesk,
    settings: WithSettings,
    query: Annotated[FormQuery, Query()],
) -> Response:
    """Show the answer to the form on a map."""
    view = view_of(request, query, use="need")
    form = _form(request, desk, view, query)
    for name, text in form.faults.items():
        place = Text(en="{field}: {reason}", zh="{field}：{reason}")
        raise QueryError(place.format(field=PAGE_TEXTS[name], reason=text))
    answer = _answer(desk, view, form, query)
    if answer is None:
        raise QueryError(_BLANK_FORM)
    basemap = maps.basemap_of(settings.display)
    html = maps.draw_matches(desk, answer, view, basemap=basemap)
    return answer_map(request, html.encode(), view, settings)


@router.get("/desk/acreage")
def show_acreage(
    request: Request, desk: AtDesk, query: Annotated[AcreageQuery, Query()]
) -> Response:
    """Show the acreage figures."""
    view = view_of(request, query, use="ledger")
    values = acreage_values(desk, view, year=query.year)
    return answer_page(request, "acreage", desk, view, values)


def _free_usable(desk: Desk, free: gpd.GeoDataFrame, view: View) -> dict[str, str]:
    """Write the free ground that is usable, where constraint layers were given."""
    if not desk.records.reserve.constraints:
        return {"free_usable": "", "usable_lacking": ""}
    usable_m2 = usable_on(free, view.basis)
    is_unknown = usable_m2.isna() & area_on(free, view.basis).notna()
    planar_m2 = float(free.loc[is_unknown, "usable_planar_m2"].sum())
    return {
        "free_usable": ("≥ " if is_unknown.any() else "")
        + format_area(
            float(usable_m2.sum()), view.unit, digits=0, language=view.language.value
        ),
        "usable_lacking": usable_lacking_line(
            int(is_unknown.sum()), planar_m2, desk, view
        ),
    }


def _form(request: Request, desk: Desk, view: View, query: FormQuery) -> Form:
    if query.project:
        return Form(stored_values(desk.project(query.project), unit=view.unit))
    form = read_form(request.query_params, unit=view.unit)
    form.values.setdefault("basis", view.basis.value)
    return form


def _answer(desk: Desk, view: View, form: Form, query: FormQuery) -> Answer | None:
    if query.project:
        need = desk.need(query.project, basis=view.basis)
    elif form.project is not None:
        need = answers.need_of(form.project, desk, basis=view.basis)
    else:
        return None
    unit = view.unit if form.project is None else form.project.unit
    return desk.answer(need, on=view.on, unit=unit)


def _map_address(request: Request, query: FormQuery) -> str:
    if query.project:
        kept = {
            name: value
            for name, value in request.query_params.items()
            if name in Conditions.model_fields
        }
        place = f"{address('projects', query.project)}/map"
        return f"{place}?{urlencode(kept)}" if kept else place
    return f"/desk/match/map?{request.url.query}"


def _open_sections(form: Form, query: FormQuery) -> dict[str, bool]:
    sections = {
        "utilities": ("power", "water", "gas", "steam", "sewage"),
        "promise": ("fixed_investment", "tax", "exception"),
        "parks": ("preferred", "excluded"),
    }
    filled = {*form.values, *form.faults}
    opened = {
        section: any(name.startswith(beginnings) for name in filled)
        for section, beginnings in sections.items()
    }
    return {**opened, "view": query.on is not None}


def _area_hint(desk: Desk, view: View) -> str:
    rules = desk.catalogues.matching
    hint = PAGE_TEXTS["area_hint"].format(
        below=f"{100 * rules.window_below:.0f}", above=f"{100 * rules.window_above:.0f}"
    )
    return hint.in_language(view.language)


def _choices(desk: Desk, view: View) -> dict[str, Any]:
    catalogues, language = desk.catalogues, view.language
    usual = catalogues.matching.predicate
    parks = desk.records.reserve.parks
    names = (
        parks["name"] if language == "zh" else parks["name_en"].fillna(parks["name"])
    )
    return {
        "units": [
            (unit.value, text.in_language(language))
            for unit, text in UNIT_TEXTS.items()
        ],
        "predicates": [
            (key, text.in_language(language))
            for key, text in catalogues.readiness.predicate_texts.items()
        ],
        "usual": PAGE_TEXTS["usual"]
        .format(predicate=catalogues.readiness.predicate_texts[usual])
        .in_language(language),
        "classes": [
            (key, f"{key} {text.in_language(language)}")
            for key, text in catalogues.class_texts.items()
        ],
        "sectors": [
            (key, f"{key} {text.in_language(language)}")
            for key, text in catalogues.sectors.items()
        ],
        "parks": [(str(key), str(name)) for key, name in names.items()],
        "bases": [
            (method.value, text.in_language(language))
            for method, text in METHOD_TEXTS.items()
        ],
    }
