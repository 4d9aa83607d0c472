"""The service keeps to its own description, whatever it is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import (
    content_type_conformance,
    negative_data_rejection,
    not_a_server_error,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from zqland_api.app import create_app
from zqland_api.settings import ServerSettings, Settings

if TYPE_CHECKING:
    from zqland_api.desk import Desk

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
"""What every answer is held against."""

OPERATIONS = (
    ("get", "/about"),
    ("get", "/parks"),
    ("get", "/parcels"),
    ("get", "/parcels/{parcel_id}"),
    ("get", "/map"),
    ("get", "/projects"),
    ("get", "/projects/{project_id}"),
    ("get", "/projects/{project_id}/matches"),
    ("get", "/projects/{project_id}/map"),
    ("post", "/matches"),
    ("get", "/acreage"),
    ("post", "/checks"),
    ("get", "/problems/{slug}"),
)
"""Everything that the description offers."""


@pytest.fixture(scope="session")
def schema(demo_desk: Desk) -> schemathesis.BaseSchema:
    server = ServerSettings(allowed_hosts=("testserver", "localhost"))
    app = create_app(Settings(server=server), desk=demo_desk)
    return schemathesis.openapi.from_asgi("/openapi.json", app)


def test_every_operation_of_the_description_is_tried(
    schema: schemathesis.BaseSchema,
) -> None:
    described = {
        (method, path)
        for path, item in schema.raw_schema["paths"].items()
        for method in item
    }
    assert described == set(OPERATIONS)


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_every_answer_is_as_described(
    schema: schemathesis.BaseSchema, method: str, path: str, mode: GenerationMode
) -> None:
    operation = schema[path][method]

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=25,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    def hold_against_the_description(case: schemathesis.Case) -> None:
        case.call_and_validate(checks=CHECKS)

    hold_against_the_description()
