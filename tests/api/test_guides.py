"""Every command of the guides runs as it stands there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from zqland_api.cli import app
from zqland_geodata import demo
from zqland_geodata.demo.inputs import write_inputs

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "own_files.md"
_BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)
_EXIT = re.compile(r"#.*\bexit code (\d)")


def commands() -> list[tuple[str, int]]:
    """Return the commands of the guide, each with the exit code that it states."""
    text = GUIDE.read_text(encoding="utf-8")
    lines = "\n".join(_BLOCK.findall(text)).replace("\\\n", " ").splitlines()
    found = []
    for line in lines:
        if line.startswith("zqland "):
            stated = _EXIT.search(line)
            found.append((line.partition("#")[0], int(stated[1]) if stated else 0))
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder in which the demonstration has been made."""
    folder = tmp_path_factory.mktemp("guide")
    write_inputs(demo.create_city(), folder / "out" / "demo" / "inputs")
    (folder / "out").mkdir(exist_ok=True)
    return folder


def test_the_guide_has_commands() -> None:
    assert len(commands()) > 12


@pytest.mark.utf8_names
@pytest.mark.parametrize(("command", "exit_code"), commands())
def test_a_command_of_the_guide_runs(
    command: str, exit_code: int, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    result = CliRunner().invoke(
        app, shlex.split(command)[1:], env={"ZQLAND_LANGUAGE": "en"}
    )
    assert result.exit_code == exit_code, result.output
