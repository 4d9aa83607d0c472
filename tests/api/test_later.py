"""Commands are imported when they are asked for."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
from typing import ClassVar

import pytest
import typer
from typer.testing import CliRunner

from zqland_api.cli import app
from zqland_api.cli.later import Later, LaterGroup
from zqland_api.cli.main import COMMANDS, Program

HEAVY = ("pandas", "geopandas", "shapely", "sqlalchemy", "fastapi", "folium")


@pytest.mark.parametrize("name", list(COMMANDS))
def test_the_help_says_of_a_command_what_it_says_of_itself(name: str) -> None:
    later = Program.later[name]
    found = later.found()
    own = found.info.help if isinstance(found, typer.Typer) else inspect.getdoc(found)
    assert str(own).partition("\n")[0] == later.help


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_what_needs_no_table_imports_none(option: str) -> None:
    program = (
        "import sys\n"
        "from zqland_api.cli import app\n"
        f"app([{option!r}], standalone_mode=False)\n"
        f"sys.exit(str([name for name in {HEAVY} if name in sys.modules] or ''))\n"
    )
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", program],
        check=False,
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    assert done.stderr.strip() == b""


def test_the_help_names_every_command() -> None:
    said = CliRunner().invoke(app, ["--help"]).stdout
    assert [name for name in COMMANDS if f"\n  {name} " not in said] == []


def test_a_name_mistyped_is_answered_with_the_one_that_was_meant() -> None:
    result = CliRunner().invoke(app, ["stgaes"])
    assert result.exit_code == 2
    assert "stages" in result.output


def test_a_command_of_a_group_is_found() -> None:
    said = CliRunner().invoke(app, ["evidence", "add", "--help"]).stdout
    assert "Usage: zqland evidence add" in said or "evidence add" in said


def test_commands_registered_as_usual_stand_after_the_others() -> None:
    class Two(LaterGroup):
        later: ClassVar = {"late": Later("zqland_api.cli.files:check", "Late.")}

    both = typer.Typer(cls=Two, rich_markup_mode=None, add_completion=False)

    @both.callback()
    def start() -> None:
        """Start."""

    @both.command()
    def early() -> None:
        """Come early."""
        typer.echo("here")

    runner = CliRunner()
    said = runner.invoke(both, ["--help"]).stdout
    assert said.index("late") < said.index("early")
    assert runner.invoke(both, ["early"]).stdout.strip() == "here"
