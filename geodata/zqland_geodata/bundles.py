"""Folders and zip archives that hold a file of boundaries, or several."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from zqland.text import Text
from zqland_geodata import shapefile
from zqland_geodata.errors import FileUnreadableError, MissingLayerError
from zqland_geodata.localfiles import local_path, unpack

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from zqland_geodata.options import Limits


@contextmanager
def unpacked(source: Path, suffixes: Collection[str], limits: Limits) -> Iterator[Path]:
    """Unpack what is wanted of an archive, for as long as it is read.

    Parameters
    ----------
    source
        A zip archive.
    suffixes
        Endings of files of boundaries.
    limits
        How much it may unpack to.

    Yields
    ------
    folder
        A folder with the files; it is removed afterwards.
    """
    with tempfile.TemporaryDirectory() as folder:
        unpack(source, Path(folder), {*suffixes, *shapefile.PARTS, ".toml"}, limits)
        yield Path(folder)


def find_file(
    folder: Path, layer: str, suffixes: Collection[str], *, name: str, limits: Limits
) -> Path:
    """Find the file that is meant: Shapefiles go before all other kinds.

    Parameters
    ----------
    folder
        A folder, searched with those below it.
    layer
        Name of the file without ending, or ``""`` if there is only one.
    suffixes
        Endings of files of boundaries.
    name
        What the user called the folder or archive, for messages.
    limits
        How large the file may be.

    Returns
    -------
    path
        A file that may be opened.

    Raises
    ------
    MissingLayerError
        There is none of that name, or several and none was named.
    FileUnreadableError
        There is no such file, or it may not be opened.
    """
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    if any(path.suffix.lower() == ".shp" for path in files):
        return local_path(shapefile.find_shapefile(folder, layer, name=name), limits)
    found = [path for path in files if path.suffix.lower() in suffixes]
    if not found:
        raise FileUnreadableError(_NONE.format(name=name, known=", ".join(suffixes)))
    # The layer may also be one inside the only file.
    named = found if len(found) == 1 else [one for one in found if one.stem == layer]
    if len(named) != 1:
        text = _NO_SUCH if layer else _NOT_ONE
        known = ", ".join(path.stem for path in found)
        raise MissingLayerError(text.format(name=name, layer=layer, known=known))
    return local_path(named[0], limits)


_NONE = Text(
    en="{name} holds no Shapefile (.shp) and no other file of boundaries ({known}). "
    "Give a folder or zip archive with one.",
    zh="{name}中没有 Shapefile（.shp），也没有其他界线文件（{known}）。"
    "请给出含有该文件的文件夹或 zip。",
)
_NOT_ONE = Text(
    en="{name} holds several files of boundaries: {known}. Name one with --layer, or "
    "as layer in a field map.",
    zh="{name}中有多个界线文件：{known}。请用 --layer 或字段映射的 layer 指明一个。",
)
_NO_SUCH = Text(
    en="{name} holds no file “{layer}” (or several); it has: {known}.",
    zh="{name}中没有唯一的文件“{layer}”；现有：{known}。",
)
