"""Read the file of parameter sets from the old datums to CGCS2000."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zqland.catalogues.shifts import parse_shifts
from zqland.text import Text
from zqland_geodata.errors import FileUnreadableError
from zqland_geodata.localfiles import local_path

if TYPE_CHECKING:
    from pathlib import Path

    from zqland.shifts import Shifts


def read_shifts(path: str | Path) -> Shifts:
    """Read parameter sets from a TOML file.

    Parameters
    ----------
    path
        The file, UTF-8; `zqland.catalogues.shifts` says what stands in it.

    Returns
    -------
    shifts
        The sets.

    Raises
    ------
    FileUnreadableError
        The file is not there or not in UTF-8.
    CatalogueError
        A set has a fault; the message names the line.
    """
    source = local_path(path)
    try:
        text = source.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileUnreadableError(_NOT_UTF8.format(name=source.name)) from error
    return parse_shifts(source.name, text)


_NOT_UTF8 = Text(
    en="{name} is not in UTF-8. Save it in UTF-8.",
    zh="{name}不是 UTF-8 编码。请另存为 UTF-8。",
)
