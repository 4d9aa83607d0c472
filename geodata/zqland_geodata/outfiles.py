"""Write files so that nobody ever meets half of one, also after a kill or crash."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def write_whole(path: str | Path, write: Callable[[Path], object]) -> None:
    """Write a file, or files that belong together, aside and move them in place.

    Parameters
    ----------
    path
        Where the file shall be; missing folders are made.
    write
        Writes the file at the path that it is given, of the same name in another
        folder; files that it puts beside (parts of a Shapefile) are moved as well,
        the file itself last.

    Raises
    ------
    OSError
        The folder or the file cannot be written; nothing has changed then.

    Examples
    --------
    >>> import tempfile
    >>> folder = tempfile.mkdtemp()
    >>> target = Path(folder, "a.txt")
    >>> write_whole(target, lambda draft: draft.write_bytes(b"whole"))
    >>> target.read_bytes()
    b'whole'
    """
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".zqland-") as aside:
        draft = Path(aside, target.name)
        write(draft)
        beside = sorted(part for part in Path(aside).iterdir() if part != draft)
        if beside and target.exists():
            # Whoever is killed between two moves leaves parts without the file itself,
            # which nobody takes for whole, and never an old file with new parts.
            target.replace(Path(tempfile.mkdtemp(dir=aside), target.name))
        for part in [*beside, draft]:
            part.replace(target.with_name(part.name))
