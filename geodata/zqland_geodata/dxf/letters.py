"""Letters that stand in a drawing as codes."""

from __future__ import annotations

from ezdxf.lldxf.encoding import decode_dxf_unicode, decode_mif_to_unicode


def decode(text: str) -> str:
    r"""Put letters in the place of their codes.

    Parameters
    ----------
    text
        As it stands in the drawing.

    Returns
    -------
    text
        With the letters of ``\U+9F0E`` (Unicode) and ``\M+5B6A6`` (code page of a
        country); half a letter becomes a mark.

    Examples
    --------
    >>> decode("\\U+9F0E\\U+6E56 1")
    '鼎湖 1'
    """
    if "\\" not in text:
        return text
    found = decode_mif_to_unicode(decode_dxf_unicode(text))
    # Letters beyond the first plane stand there as two halves.
    return found.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
