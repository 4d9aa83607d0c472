"""Every command of the guides runs as it stands there.

``CODE`` stands for the code that the last ``store diff`` showed, and the address of the
server in the guide to PostGIS for one that the test runs.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from zqland.testing import postgres, postgres_bin
from zqland_api.cli import app
from zqland_geodata import demo
from zqland_geodata.demo.inputs import write_inputs

if TYPE_CHECKING:
    from collections.abc import Iterator

GUIDES = Path(__file__).parents[2] / "docs" / "guides"
LEAST_COMMANDS = {
    "own_files": 13,
    "keep_the_books": 50,
    "back_up": 6,
    "move_to_postgis": 7,
}
SERVER = "db.example.org"
_BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)
_SHEET = re.compile(r"`(out/\w+\.csv)`:\n\n```text\n(.*?)```", re.DOTALL)
_EXIT = re.compile(r"#.*\bexit code (\d)")
_KEPT = re.compile(r"(?:export )?([A-Z_]+)=(.*)")
_CODE = re.compile(r"--confirm (\S+)")
_PROGRAMS = ("zqland", "psql", "createdb")


def lines(guide: str) -> list[tuple[str, int]]:
    """Return what is typed in a guide, each line with the exit code that it states."""
    text = (GUIDES / f"{guide}.md").read_text(encoding="utf-8")
    found = []
    for line in "\n".join(_BLOCK.findall(text)).replace("\\\n", " ").splitlines():
        if line.startswith(_PROGRAMS) or _KEPT.match(line):
            stated = _EXIT.search(line)
            words = line if stated is None else line.partition("#")[0]
            found.append((words, int(stated[1]) if stated else 0))
    return found


def typed(*guides: str) -> list[tuple[str, str, int]]:
    """Return the lines of guides as parameters of a test."""
    return [(guide, *line) for guide in guides for line in lines(guide)]


@dataclass
class Reader:
    """Types the lines of a guide, one after another, in a folder."""

    folder: Path
    variables: dict[str, str] = field(default_factory=dict)
    code: str = ""
    cluster: Path | None = None

    def types(self, line: str) -> tuple[int, str]:
        """Type a line; return the exit code and all that is said."""
        kept = _KEPT.match(line)
        if kept is None:
            return self._runs(self._filled(line))[:2]
        name, value = kept.groups()
        if not value.startswith("$("):
            self.variables[name] = self._filled(shlex.split(value)[0])
            return 0, ""
        code, said, stdout = self._runs(self._filled(value[2:].rpartition(")")[0]))
        self.variables[name] = stdout.splitlines()[0] if stdout else ""
        return code, said

    def _filled(self, text: str) -> str:
        """Put values in the place of names."""
        if self.cluster is not None:
            there = re.escape(SERVER) + r"/(\w+)\?sslmode=verify-full"
            text = re.sub(there, rf"/\1?host={self.cluster}", text)
        text = text.replace("--confirm CODE", f"--confirm {self.code}")
        return Template(text).substitute(self.variables)

    def _runs(self, command: str) -> tuple[int, str, str]:
        words = shlex.split(command)
        if words[0] != "zqland":
            return self._runs_on_the_server(words)
        environment = {"ZQLAND_LANGUAGE": "en", **self.variables}
        result = CliRunner().invoke(app, words[1:], env=environment)
        shown = _CODE.search(result.output)
        self.code = shown[1] if shown else self.code
        return result.exit_code, result.output, result.stdout

    def _runs_on_the_server(self, words: list[str]) -> tuple[int, str, str]:
        """Run a program of PostgreSQL as its administrator."""
        program = str(postgres_bin() / words[0])
        place = {"PGHOST": str(self.cluster), "PGUSER": "postgres"}
        done = subprocess.run(  # noqa: S603 - the words stand in our guide
            [program, *words[1:]],
            env={**os.environ, **place},
            check=False,
            capture_output=True,
            text=True,
        )
        return done.returncode, done.stdout + done.stderr, done.stdout


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the files of the demonstration."""
    folder = tmp_path_factory.mktemp("demo") / "inputs"
    write_inputs(demo.create_city(), folder)
    return folder


@pytest.fixture(scope="module")
def readers(
    inputs: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Reader]:
    """Return a reader for each guide, in a folder where the demonstration was made."""
    found = {}
    for guide in LEAST_COMMANDS:
        folder = tmp_path_factory.mktemp(guide)
        shutil.copytree(inputs, folder / "out" / "demo" / "inputs")
        text = (GUIDES / f"{guide}.md").read_text(encoding="utf-8")
        for name, content in _SHEET.findall(text):
            (folder / name).write_text(content, encoding="utf-8")
        found[guide] = Reader(folder)
    return found


@pytest.fixture(scope="module")
def server(readers: dict[str, Reader]) -> Iterator[None]:
    """Run the server of the guide to PostGIS."""
    with postgres() as cluster:
        readers["move_to_postgis"].cluster = cluster.folder
        yield


@pytest.mark.parametrize(("guide", "least"), LEAST_COMMANDS.items())
def test_a_guide_has_commands(guide: str, least: int) -> None:
    assert len(lines(guide)) >= least


@pytest.mark.utf8_names
@pytest.mark.parametrize(
    ("guide", "line", "exit_code"), typed("own_files", "keep_the_books", "back_up")
)
def test_a_line_of_a_guide_runs(
    guide: str,
    line: str,
    exit_code: int,
    readers: dict[str, Reader],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(readers[guide].folder)
    code, said = readers[guide].types(line)
    assert code == exit_code, said


@pytest.mark.utf8_names
@pytest.mark.usefixtures("server")
@pytest.mark.parametrize(("guide", "line", "exit_code"), typed("move_to_postgis"))
def test_a_line_of_the_guide_to_postgis_runs(
    guide: str,
    line: str,
    exit_code: int,
    readers: dict[str, Reader],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(readers[guide].folder)
    code, said = readers[guide].types(line)
    assert code == exit_code, said
