"""The command that places all projects at once."""

from __future__ import annotations

import json

from typer.testing import CliRunner

from zqland_api.cli.main import app

QUICK = ["plan", "--demo", "--seconds", "1", "--lang", "en"]


def test_a_plan_is_written_with_its_bound_and_gap() -> None:
    answer = CliRunner().invoke(app, [*QUICK, "--format", "json"])

    assert answer.exit_code == 0
    plan = json.loads(answer.stdout)
    assert 0.0 <= plan["gap"] < 0.2
    assert plan["objective"] <= plan["bound"]
    assert len(plan["assignments"]) > 100


def test_a_lock_that_names_no_parcel_is_refused() -> None:
    answer = CliRunner().invoke(app, [*QUICK, "--lock", "P-001"])

    assert answer.exit_code == 2
    assert "write PROJECT=PARCEL" in answer.stderr
