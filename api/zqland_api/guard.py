"""What every request passes first and every answer last."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders, QueryParams
from starlette.exceptions import HTTPException

from zqland.text import Language, Text
from zqland_api.errors import TOO_LARGE, HostError, language_of, problem_of

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

logger = logging.getLogger(__name__)

BODY_LIMIT = 64 * 1024
"""Largest request body in bytes; a need takes less than one kilobyte."""

UPLOAD_PATHS = frozenset({"/checks", "/desk/check"})
"""Where files are sent to; they have a limit of their own."""

_FORM_BYTES = 16 * 1024
"""What a form adds to the file in it."""

DATA_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"
"""Content security policy of answers that are data; pages state their own."""

SAFE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
"""Headers that every answer carries."""


class Guard:
    """Check host, origin and size of requests, answer HEAD, add the safe headers.

    Faults that nothing else has turned into a problem become a 500 problem here, so
    that they carry the same headers as every other answer.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        hosts: tuple[str, ...],
        language: Language,
        upload_bytes: int = BODY_LIMIT,
    ) -> None:
        self.app = app
        self.hosts = frozenset(host.lower() for host in hosts)
        self.language = language
        self.upload_bytes = upload_bytes + _FORM_BYTES

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        answer = _Answer(send, without_body=scope["method"] == "HEAD")
        try:
            self._check_host(scope)
            is_upload = scope["path"] in UPLOAD_PATHS
            limit = self.upload_bytes if is_upload else BODY_LIMIT
            received = _limited(scope, receive, limit)
            await self.app(_as_get(scope), received, answer)
        except Exception as error:
            if answer.has_started:
                raise
            await self._tell(error, scope, receive, answer)

    def _check_host(self, scope: Scope) -> None:
        headers = Headers(scope=scope)
        host = host_name(headers.get("host", ""))
        if headers.get("sec-fetch-site") == "cross-site" and scope["method"] == "POST":
            # A foreign page must not keep this service busy with its files.
            raise HostError(_FOREIGN_PAGE)
        if self.hosts and host not in self.hosts:
            raise HostError(
                Text(
                    en="This service does not answer for the host name {host!r}.",
                    zh="本服务不应答主机名 {host!r}。",
                ).format(host=host)
            )

    async def _tell(
        self, error: Exception, scope: Scope, receive: Receive, send: Send
    ) -> None:
        problem = problem_of(error)
        if problem.kind.status >= 500:  # noqa: PLR2004 - server faults
            place = (scope["method"], scope["path"])
            logger.error("%s %s failed", *place, exc_info=error)
        language = language_of(
            QueryParams(scope["query_string"]),
            Headers(scope=scope),
            default=self.language,
        )
        response = problem.to_response(language, instance=scope["path"])
        await response(scope, receive, send)


class _Answer:
    """The way back of one request."""

    def __init__(self, send: Send, *, without_body: bool) -> None:
        self.send = send
        self.without_body = without_body
        self.has_started = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.has_started = True
            headers = MutableHeaders(scope=message)
            for name, value in SAFE_HEADERS.items():
                headers.setdefault(name, value)
            headers.setdefault("Content-Security-Policy", DATA_POLICY)
        elif self.without_body and message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await self.send(message)


def host_name(header: str) -> str:
    """Return the host of a ``Host`` header without its port, in small letters.

    Examples
    --------
    >>> host_name("LocalHost:8023"), host_name("[::1]:8023"), host_name("[::1]")
    ('localhost', '::1', '::1')
    """
    host = header.strip().lower()
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]


def _as_get(scope: Scope) -> Scope:
    return {**scope, "method": "GET"} if scope["method"] == "HEAD" else scope


def _limited(scope: Scope, receive: Receive, limit: int) -> Receive:
    announced = Headers(scope=scope).get("content-length", "0")
    if announced.isdecimal() and int(announced) > limit:
        raise HTTPException(TOO_LARGE.status)
    received = 0

    async def receive_limited() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > limit:
            raise HTTPException(TOO_LARGE.status)
        return message

    return receive_limited


_FOREIGN_PAGE = Text(
    en="A page of another site sent this; send it from this service's own pages.",
    zh="该请求来自其他网站的页面；请在本服务的页面中提交。",
)
