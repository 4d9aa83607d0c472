"""Documents: what a file was called and the fingerprint of its content."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from zqland_geodata.localfiles import local_path

if TYPE_CHECKING:
    from zqland_geodata.store.rows import Writer


def fingerprint(path: str | Path) -> str:
    """Take the fingerprint of a file: SHA-256 of its content, in hexadecimal.

    Parameters
    ----------
    path
        An existing local file.

    Returns
    -------
    sha256
        64 digits.

    Raises
    ------
    ReadError
        There is no such file.

    References
    ----------
    FIPS 180-4, Secure Hash Standard.
    """
    with local_path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def add_document(
    writer: Writer, path: str | Path, *, name: str = "", note: str | None = None
) -> str:
    """Record a document; the file itself stays where it is.

    Parameters
    ----------
    writer
        The revision that writes it.
    path
        The file.
    name
        What it is called; the name of the file where not given.
    note
        A remark, such as where it is kept.

    Returns
    -------
    sha256
        Its fingerprint, by which anybody can tell later whether a file is the same.
        A document that the store knows already is not recorded again.

    Raises
    ------
    ReadError
        There is no such file.
    """
    digest = fingerprint(path)
    if writer.reading.known_keys("documents", [digest]):
        return digest
    file = Path(path)
    document = {
        "sha256": digest,
        "name": name or file.name,
        "size_bytes": file.stat().st_size,
        "note": note,
    }
    writer.add("documents", document)
    return digest
