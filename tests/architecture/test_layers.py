"""The arrows between the four packages point one way."""

from __future__ import annotations

from pathlib import Path

from importlinter.cli import lint_imports

ROOT = Path(__file__).resolve().parents[2]


def test_imports_between_the_packages_point_one_way() -> None:
    exit_code = lint_imports(
        config_filename=str(ROOT / "pyproject.toml"), cache_dir=None
    )
    assert exit_code == 0
