"""The house keeps its own rules: folders, sizes, what the wheel holds, the version."""

from __future__ import annotations

import importlib
import os
import re
import subprocess
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest

from zqland.testing import missing

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = {
    "zqland": "zqland",
    "zqland_geodata": "geodata/zqland_geodata",
    "zqland_maps": "maps/zqland_maps",
    "zqland_api": "api/zqland_api",
}
MOST_LINES = 500
TEXT_FILES = {".py", ".md", ".toml", ".csv", ".yml", ".txt", ".ipynb", ".html", ".js"}


def _tracked_files() -> list[Path]:
    if not (ROOT / ".git").exists():
        missing("the history of the sources", "clone the repository with git")
    listed = subprocess.run(
        ["git", "ls-files", "-z"],  # noqa: S607 - whichever git the machine has
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    names = listed.stdout.decode("utf-8").split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).exists()]


@pytest.mark.parametrize("package", FOLDERS)
def test_every_file_of_the_source_is_inside_the_installed_package(package: str) -> None:
    source = ROOT / FOLDERS[package]
    installed = Path(str(importlib.import_module(package).__file__)).parent
    missing = [
        str(path.relative_to(source))
        for path in source.rglob("*")
        if path.is_file()
        and "__pycache__" not in path.parts
        and not (installed / path.relative_to(source)).exists()
    ]
    assert missing == []


@pytest.mark.parametrize("package", FOLDERS)
def test_the_tests_import_the_wheel_and_not_the_tree(package: str) -> None:
    if not os.environ.get("ZQLAND_TESTS_OF_WHEEL"):
        pytest.skip("only `make test` installs the wheel")
    imported = Path(str(importlib.import_module(package).__file__))
    assert "site-packages" in imported.parts


@pytest.mark.parametrize("folder", ["geodata", "maps", "api", "tests"])
def test_a_folder_that_holds_a_package_is_no_package_itself(folder: str) -> None:
    assert not (ROOT / folder / "__init__.py").exists()


def test_no_python_file_is_longer_than_a_reader_can_hold() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in _tracked_files()
        if path.suffix == ".py"
        and (lines := len(path.read_text(encoding="utf-8").splitlines())) > MOST_LINES
    }
    assert long == {}


def test_the_change_log_begins_with_the_version_of_the_package() -> None:
    log = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    first = re.search(r"^## (\S+)", log, flags=re.MULTILINE)
    assert first is not None
    assert first[1] == version("zqland")


def test_the_version_stands_in_one_place() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["version"] == version("zqland")


def test_constraints_are_names_and_versions_only() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert [pin for pin in pins if not re.fullmatch(r"[\w.-]+==[\w.+!]+", pin)] == []


def test_every_dependency_is_pinned_and_explained() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    pins = (ROOT / "constraints.txt").read_text(encoding="utf-8").lower()
    why = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8").lower()
    needed = [
        *project["project"]["dependencies"],
        *(line for group in project["dependency-groups"].values() for line in group),
    ]
    names = [re.split(r"[\[<>=~ ]", line)[0].lower() for line in needed]
    pinned = {re.sub(r"[-_.]+", "-", pin.split("==")[0]) for pin in pins.splitlines()}
    assert [name for name in names if name not in pinned] == []
    assert [name for name in names if f"`{name}`" not in why] == []


def test_no_file_names_a_machine_path_or_a_package_host() -> None:
    machine = re.compile(
        r"/(root|home|work)/|file:///(?:root|home|work|opt|tmp|srv)|pypi\.org|registry\.npmjs"
    )
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in _tracked_files()
        if path.suffix in TEXT_FILES and path != Path(__file__).resolve()
        for match in machine.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_no_file_name_is_refused_by_windows() -> None:
    devices = r"^(con|prn|aux|nul|com[0-9]|lpt[0-9])([.]|$)"
    reserved = re.compile(r'[<>:"\\|?*]|[. ]$|' + devices, re.IGNORECASE)
    names = [path.relative_to(ROOT) for path in _tracked_files()]
    assert [str(n) for n in names if any(reserved.search(p) for p in n.parts)] == []
    folded = [str(name).casefold() for name in names]
    assert len(set(folded)) == len(folded)
