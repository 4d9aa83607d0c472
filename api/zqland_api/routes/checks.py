"""Files that are sent to be checked; nothing of them is kept."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, File, Query, Request, UploadFile
from starlette.responses import Response

from zqland_api import uploads
from zqland_api.dependencies import AtDesk, WithSettings, language_at
from zqland_api.queries import CheckQuery, UploadForm
from zqland_api.responses import Json, Xlsx, answer_json, problems
from zqland_api.schemas import CheckAnswer

router = APIRouter(tags=["checks"])

Upload = Annotated[
    UploadFile,
    File(
        description="The file: parcels in any form that is read (a Shapefile as zip), "
        "or a sheet of projects, evidence or status events."
    ),
]


@router.post(
    "/checks",
    response_model=CheckAnswer,
    response_class=Json,
    responses={**problems(400, 413, 421, 422), 200: {"content": {Xlsx.media_type: {}}}},
)
def check_upload(
    request: Request,
    desk: AtDesk,
    settings: WithSettings,
    file: Upload,
    query: Annotated[CheckQuery, Query()],
) -> Response:
    """List what is wrong with a file, or mark it in a copy; nothing is stored."""
    language = language_at(request)
    with uploads.received(file) as path:
        checked = uploads.check(path, query, desk, settings)
        if query.form is UploadForm.XLSX:
            content = uploads.marked(path, checked, query, language)
            return Xlsx(content, headers=uploads.attachment(path, language))
    document = uploads.document(checked, query.kind, language)
    return answer_json(request, document, language)
