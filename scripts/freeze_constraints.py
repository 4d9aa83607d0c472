"""Choose the newest versions of everything and write ``constraints.txt``.

The file holds names and versions only: where packages come from is the business of
the machine that installs them.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEADER = """\
# Versions that were tested together; written by `make constraints`.
# Names and versions only: pip finds them wherever this machine finds packages.
"""
GROUPS = ("test", "lint", "docs")


def freeze() -> list[str]:
    """Install everything anew in an empty environment and list what came."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = Path(folder, "Scripts" if os.name == "nt" else "bin", "python")
        pip = [str(python), "-m", "pip"]
        environment = {
            name: value
            for name, value in os.environ.items()
            if name not in {"PIP_CONSTRAINT", "PIP_BUILD_CONSTRAINT"}
        }
        groups = [word for group in GROUPS for word in ("--group", group)]
        for words in (
            ["install", "--quiet", "--upgrade", "pip"],
            ["install", "--quiet", "hatchling", "--editable", str(ROOT), *groups],
        ):
            subprocess.run([*pip, *words], check=True, cwd=ROOT, env=environment)  # noqa: S603
        listed = subprocess.run(  # noqa: S603
            [*pip, "freeze", "--all", "--exclude-editable"],
            check=True,
            capture_output=True,
            encoding="utf-8",
            cwd=ROOT,
            env=environment,
        )
    pins = [line for line in listed.stdout.splitlines() if "==" in line]
    return sorted(pins, key=str.casefold)


if __name__ == "__main__":
    (ROOT / "constraints.txt").write_text(
        HEADER + "\n".join(freeze()) + "\n", encoding="utf-8"
    )
