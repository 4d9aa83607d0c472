"""What can go wrong on the way in, and how the service says it.

::

    ZqlandError
    └── ApiError
        ├── UsageError      (ValueError)   options that do not go together, bad files
        ├── QueryError      (ValueError)   a request whose values cannot be answered
        └── HostError       (ValueError)   a request for a host name that is not ours

`PROBLEMS` is the one table from errors to HTTP; `problem_of` turns any error into a
problem detail (RFC 9457) in the language of the reader.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from zqland.errors import (
    CrsError,
    NeedError,
    NotFoundError,
    TableError,
    UnitError,
    ZqlandError,
)
from zqland.text import Language, Text
from zqland_api.json_bytes import to_bytes
from zqland_api.language import from_accept_language
from zqland_api.validation_texts import explain_fault
from zqland_geodata.errors import ReadError, StoreError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.datastructures import Headers, QueryParams

PROBLEM_JSON = "application/problem+json"
"""Media type of a problem detail."""


class ApiError(ZqlandError):
    """Anything that a way in refuses to do."""


class UsageError(ApiError, ValueError):
    """Options that do not go together, or an input that cannot be used."""


class QueryError(ApiError, ValueError):
    """A request whose values cannot be answered."""


class HostError(ApiError, ValueError):
    """A request names a host that this service does not answer for."""


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """A kind of problem that the service can report.

    Attributes
    ----------
    slug
        Last part of the problem's type, ``/problems/<slug>``.
    status
        HTTP status.
    title
        The kind in a few words.
    about
        What it means and what to do.
    """

    slug: str
    status: int
    title: Text
    about: Text


NOT_FOUND = ProblemKind(
    "not-found",
    HTTPStatus.NOT_FOUND,
    Text(en="Not found", zh="未找到"),
    Text(
        en="Nothing has this address or this name. Lists such as /parcels and "
        "/projects show the names that exist.",
        zh="没有该地址或编号。可在 /parcels、/projects 等列表中查看现有编号。",
    ),
)
BAD_VALUE = ProblemKind(
    "bad-value",
    HTTPStatus.UNPROCESSABLE_ENTITY,
    Text(en="A value cannot be used", zh="参数值无法使用"),
    Text(
        en="A parameter or a field of the request is missing, unknown, unreadable or "
        "out of range; `errors` names each one.",
        zh="请求中的参数或字段缺失、未知、无法识别或超出范围；errors 逐项列出。",
    ),
)
BAD_REQUEST = ProblemKind(
    "bad-request",
    HTTPStatus.BAD_REQUEST,
    Text(en="The request cannot be read", zh="请求无法读取"),
    Text(
        en="The request as a whole cannot be read, for instance broken JSON.",
        zh="整个请求无法读取，例如 JSON 格式错误。",
    ),
)
WRONG_METHOD = ProblemKind(
    "wrong-method",
    HTTPStatus.METHOD_NOT_ALLOWED,
    Text(en="Not possible here", zh="此处不支持该操作"),
    Text(
        en="The address exists but not for this method; the header Allow lists those "
        "that work. The service only reads.",
        zh="该地址存在，但不支持此方法；Allow 头列出可用方法。本服务只读。",
    ),
)
WRONG_HOST = ProblemKind(
    "wrong-host",
    HTTPStatus.MISDIRECTED_REQUEST,
    Text(en="Wrong host name", zh="主机名不符"),
    Text(
        en="The service answers only for the host names in ZQLAND_ALLOWED_HOSTS, or "
        "for this machine's own names where it listens on it alone.",
        zh="服务只应答 ZQLAND_ALLOWED_HOSTS 中的主机名；仅监听本机时只应答本机名称。",
    ),
)
TOO_LARGE = ProblemKind(
    "too-large",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    Text(en="The request is too large", zh="请求内容过大"),
    Text(
        en="The body of the request is larger than the limit: 64 kilobytes, or for a "
        "file to check what ZQLAND_UPLOAD_BYTES says (50 megabytes without it).",
        zh="请求正文超过上限：一般为 64 KB；待检查文件以 ZQLAND_UPLOAD_BYTES 为准"
        "（默认 50 MB）。",
    ),
)
BAD_FILE = ProblemKind(
    "bad-file",
    HTTPStatus.UNPROCESSABLE_ENTITY,
    Text(en="The file cannot be read", zh="文件无法读取"),
    Text(
        en="A file that was sent cannot be read whole; the detail says what was found "
        "and what to do. Nothing of it was used.",
        zh="上传的文件无法完整读取；detail 说明发现了什么、如何处理。"
        "文件内容未被采用。",
    ),
)
NO_STORE = ProblemKind(
    "no-store",
    HTTPStatus.SERVICE_UNAVAILABLE,
    Text(en="The store cannot be read", zh="台账库无法读取"),
    Text(
        en="The store that the service answers from cannot be read at the moment; the "
        "detail says why. Ask again later, or tell whoever runs the service.",
        zh="本服务所用的台账库暂时无法读取，原因见 detail。请稍后重试，或联系管理员。",
    ),
)
INTERNAL = ProblemKind(
    "internal",
    HTTPStatus.INTERNAL_SERVER_ERROR,
    Text(en="A fault in zqland", zh="zqland 内部错误"),
    Text(
        en="The request was understood but zqland failed; the log on the server has "
        "the reason.",
        zh="请求已理解，但 zqland 处理失败；原因见服务器日志。",
    ),
)

PROBLEMS: tuple[tuple[type[Exception], ProblemKind], ...] = (
    (NotFoundError, NOT_FOUND),
    (HostError, WRONG_HOST),
    (ReadError, BAD_FILE),
    (StoreError, NO_STORE),
    (CrsError, BAD_FILE),
    (QueryError, BAD_VALUE),
    (NeedError, BAD_VALUE),
    (UnitError, BAD_VALUE),
    (TableError, BAD_VALUE),
)
"""Which error is which kind of problem; the first that fits counts."""

KINDS = {
    kind.slug: kind
    for kind in (
        NOT_FOUND,
        BAD_VALUE,
        BAD_REQUEST,
        WRONG_METHOD,
        WRONG_HOST,
        TOO_LARGE,
        BAD_FILE,
        NO_STORE,
        INTERNAL,
    )
}
"""All kinds of problems by their slug."""

_BY_STATUS = {kind.status: kind for kind in KINDS.values() if kind is not BAD_FILE}


def language_of(
    query: QueryParams, headers: Headers, *, default: Language = Language.ZH
) -> Language:
    """Choose the reader's language: ``lang``, then ``Accept-Language``, then default.

    Parameters
    ----------
    query
        The query; a ``lang`` that is no language is passed over.
    headers
        The request's headers.
    default
        The language where the reader states none.
    """
    named = query.get("lang", "")
    if named in set(Language):
        return Language(named)
    return from_accept_language(headers.get("accept-language", ""), default=default)


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem, ready to be told.

    Attributes
    ----------
    kind
        Which kind of problem it is.
    detail
        What is wrong with this request.
    faults
        Each value at fault: where it stands, and why it cannot be used.
    headers
        Headers that the answer must carry, such as ``Allow``.
    """

    kind: ProblemKind
    detail: Text
    faults: tuple[tuple[str, Text], ...] = ()
    headers: Mapping[str, str] | None = None

    def to_dict(self, language: Language, *, instance: str) -> dict[str, Any]:
        """Return the members of the problem detail (RFC 9457) in one language."""
        members: dict[str, Any] = {
            "type": f"/problems/{self.kind.slug}",
            "title": self.kind.title.in_language(language),
            "status": int(self.kind.status),
            "detail": self.detail.in_language(language),
            "instance": instance,
        }
        if self.faults:
            members["errors"] = [
                {"at": place, "detail": text.in_language(language)}
                for place, text in self.faults
            ]
        return members

    def to_response(self, language: Language, *, instance: str) -> Response:
        """Return the problem as an HTTP response."""
        return Response(
            to_bytes(self.to_dict(language, instance=instance)),
            status_code=self.kind.status,
            media_type=PROBLEM_JSON,
            headers={
                "Content-Language": language.value,
                "Cache-Control": "no-store",
                **(self.headers or {}),
            },
        )


def problem_of(error: Exception) -> Problem:
    """Say which problem an error is.

    Parameters
    ----------
    error
        Any error; one that is not expected becomes a 500 without its inner words.
    """
    if isinstance(error, RequestValidationError):
        return _of_validation(error)
    if isinstance(error, HTTPException):
        return _of_http(error)
    if not isinstance(error, ZqlandError):
        return Problem(INTERNAL, INTERNAL.about)
    for error_class, kind in PROBLEMS:
        if isinstance(error, error_class):
            return Problem(kind, error.text)
    return Problem(INTERNAL, error.text)


def _of_validation(error: RequestValidationError) -> Problem:
    faults = tuple(explain_fault(fault) for fault in error.errors())
    if any(fault["type"] == "json_invalid" for fault in error.errors()):
        return Problem(BAD_REQUEST, BAD_REQUEST.about, faults)
    first_place, first = faults[0]
    detail = Text(en="{place}: {reason}.", zh="{place}：{reason}。")
    return Problem(BAD_VALUE, detail.format(place=first_place, reason=first), faults)


def _of_http(error: HTTPException) -> Problem:
    kind = _BY_STATUS.get(error.status_code)
    if kind is None:
        kind = BAD_REQUEST if error.status_code < INTERNAL.status else INTERNAL
    return Problem(kind, kind.about, headers=error.headers)
