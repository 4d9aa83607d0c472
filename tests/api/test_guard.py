"""What every request passes and every answer carries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fastapi.testclient import TestClient

from zqland_api.app import create_app
from zqland_api.guard import BODY_LIMIT, host_name
from zqland_api.settings import ServerSettings, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zqland_api.desk import Desk

ANSWERED = (
    "/",
    "/parcels?limit=1",
    "/map",
    "/nope",
    "/static/desk.css",
    "/parcels?x=1",
)


@pytest.mark.parametrize("path", ANSWERED)
def test_every_answer_carries_the_safe_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8023", "", "127.0.0.1.x"]
)
def test_another_host_name_is_refused(client: TestClient, host: str) -> None:
    response = client.get("/parcels", headers={"Host": host})
    assert response.status_code == 421
    assert response.json()["type"] == "/problems/wrong-host"


@pytest.mark.parametrize("host", ["localhost:8023", "127.0.0.1", "[::1]:8023"])
def test_the_names_of_this_machine_are_answered(client: TestClient, host: str) -> None:
    assert client.get("/problems/internal", headers={"Host": host}).status_code == 200


def test_host_names_lose_port_and_case() -> None:
    assert host_name(" Desk.Example:80 ") == "desk.example"


@pytest.mark.parametrize("path", ["/parcels?limit=1", "/map", "/"])
def test_head_answers_as_get_without_a_body(client: TestClient, path: str) -> None:
    head, get = client.head(path), client.get(path)
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["ETag"] == get.headers["ETag"]


def test_a_large_body_is_refused(client: TestClient) -> None:
    response = client.post("/matches", content=b" " * (BODY_LIMIT + 1))
    assert response.status_code == 413
    assert response.headers["Content-Type"] == "application/problem+json"


def test_a_large_body_without_its_length_is_refused(client: TestClient) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(1 + BODY_LIMIT // 1024):
            yield b" " * 1024

    headers = {"Content-Type": "application/json"}
    response = client.post("/matches", content=chunks(), headers=headers)
    assert response.status_code == 413


def failing_client(desk: Desk) -> TestClient:
    app = create_app(Settings(), desk=desk)

    @app.get("/fail")
    def fail() -> None:
        message = "secret inner words"
        raise RuntimeError(message)

    return TestClient(app, base_url="http://127.0.0.1")


def test_a_fault_becomes_a_problem_without_its_inner_words(
    demo_desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    response = failing_client(demo_desk).get("/fail")
    assert response.status_code == 500
    assert response.headers["Content-Type"] == "application/problem+json"
    assert "secret" not in response.text
    assert "secret inner words" in caplog.text


def test_a_public_address_answers_any_host(demo_desk: Desk) -> None:
    server = ServerSettings.model_construct(host="0.0.0.0")  # noqa: S104 - not bound
    app = create_app(Settings(server=server), desk=demo_desk)
    client = TestClient(app, base_url="http://desk.example")
    assert client.get("/problems/internal").status_code == 200
