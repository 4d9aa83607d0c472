"""The page on which a file is checked in the browser."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request
from starlette.responses import Response

from zqland.errors import ZqlandError
from zqland.findings import SEVERITY_TEXTS, Finding
from zqland.text import Language, Text
from zqland_api import uploads
from zqland_api.dependencies import AtDesk, WithSettings, language_at, view_of
from zqland_api.errors import problem_of
from zqland_api.pages.render import answer_page
from zqland_api.queries import CheckQuery, Conditions, Day, UploadForm, UploadKind
from zqland_api.responses import Xlsx
from zqland_api.routes.checks import Upload
from zqland_geodata import cellgrids, vector
from zqland_geodata.marked.marks import field_text, place_text

router = APIRouter(include_in_schema=False)

FINDINGS_SHOWN = 500
"""Most findings on the page; the marked copy has them all."""

KIND_TEXTS = {
    UploadKind.PARCELS: Text(en="Parcels", zh="地块界线"),
    UploadKind.LEDGER: Text(en="Parcel ledger", zh="地块台账"),
    UploadKind.PROJECTS: Text(en="Projects", zh="项目清单"),
    UploadKind.EVIDENCE: Text(en="Evidence", zh="佐证表"),
    UploadKind.STATUS: Text(en="Status events", zh="状态表"),
}
"""What a file may hold, as the reader chooses it."""


@router.get("/desk/check")
def show_check(
    request: Request, desk: AtDesk, query: Annotated[Conditions, Query()]
) -> Response:
    """Show the form that a file is sent with."""
    view = view_of(request, query, use="survey")
    return answer_page(request, "check", desk, view, _values(view.language))


def _sent_query(
    kind: Annotated[UploadKind, Form()] = UploadKind.PARCELS,
    form: Annotated[UploadForm, Form()] = UploadForm.JSON,
    source_crs: Annotated[int | None, Form(ge=1024, le=999_999)] = None,
    as_of: Annotated[Day | None, Form()] = None,
) -> CheckQuery:
    """Read the fields beside the file; those left empty are as if not sent."""
    return CheckQuery(kind=kind, form=form, source_crs=source_crs, as_of=as_of)


@router.post("/desk/check")
def answer_check(
    request: Request,
    desk: AtDesk,
    settings: WithSettings,
    file: Upload,
    query: Annotated[CheckQuery, Depends(_sent_query)],
) -> Response:
    """Show what is wrong with a sent file, or give back its marked copy."""
    view = view_of(request, Conditions(), use="survey")
    language = language_at(request)
    problem = None
    with uploads.received(file) as path:
        try:
            checked = uploads.check(path, query, desk, settings)
            if query.form is UploadForm.XLSX:
                content = uploads.marked(path, checked, query, language)
                return Xlsx(content, headers=uploads.attachment(path, language))
            values = _values(language, query=query, checked=checked)
        except ZqlandError as error:
            # Said beside the form, so that the reader can choose again.
            problem = problem_of(error)
            fault = problem.to_dict(language, instance=request.url.path)
            values = {**_values(language, query=query), "fault": fault}
    response = answer_page(request, "check", desk, view, values)
    if problem is not None:
        response.status_code = int(problem.kind.status)
    response.headers["Cache-Control"] = "no-store"
    return response


def _values(
    language: Language,
    *,
    query: CheckQuery | None = None,
    checked: uploads.Checked | None = None,
) -> dict[str, Any]:
    query = CheckQuery() if query is None else query
    values: dict[str, Any] = {
        "kinds": [
            (name.value, text.in_language(language), name is query.kind)
            for name, text in KIND_TEXTS.items()
        ],
        "readable": _READABLE.format(
            shapes=" ".join(vector.KINDS), sheets=" ".join(cellgrids.KINDS)
        ).in_language(language),
        "source_crs": "" if query.source_crs is None else str(query.source_crs),
        "as_of": "" if query.as_of is None else query.as_of.isoformat(),
        "result": None,
        "fault": None,
    }
    if checked is not None:
        counts = uploads.document(checked, query.kind, language)
        shown = checked.findings[:FINDINGS_SHOWN]
        values["result"] = {
            **{name: f"{counts[name]:,}" for name in _COUNTS},
            "file": checked.name,
            "findings": [_row(finding, language) for finding in shown],
            "more": f"{len(checked.findings) - len(shown):,}",
            "is_cut": len(shown) < len(checked.findings),
        }
    return values


_READABLE = Text(
    en="Boundaries: {shapes} (a Shapefile as zip). Sheets: {sheets}.",
    zh="界线文件：{shapes}（Shapefile 请压缩为 zip）。表格：{sheets}。",
)
_COUNTS = ("records", "errors", "warnings", "notes")


def _row(finding: Finding, language: Language) -> dict[str, str]:
    entry = finding.to_dict(language)
    entry["field"] = field_text(finding.field, language)
    entry["label"] = SEVERITY_TEXTS[finding.severity].in_language(language)
    place = place_text(finding.place, language)
    is_place = finding.place.startswith(finding.record)
    parts = [place] if is_place else [place, finding.record]
    entry["where"] = " · ".join(part for part in parts if part)
    return entry
