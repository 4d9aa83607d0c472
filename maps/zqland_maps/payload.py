"""The block of data that travels inside a page.

A page holds one ``<script type="application/json">``. Browsers do not run it, but
they do look for its end while they read it as HTML, so every character that could
end it or open another is written as an escape that JSON turns back.
"""

from __future__ import annotations

import json
from typing import Any

_ESCAPES = str.maketrans(
    {
        "<": "\\u003c",
        ">": "\\u003e",
        "&": "\\u0026",
        "\u2028": "\\u2028",
        "\u2029": "\\u2029",
    }
)


def data_block(document: Any) -> str:  # noqa: ANN401 - any JSON value
    r"""Write a document as JSON that can stand inside a script element.

    Parameters
    ----------
    document
        Dictionaries, lists, texts, numbers, booleans and None.

    Returns
    -------
    text
        JSON without ``<``, ``>``, ``&``, U+2028 and U+2029.

    Raises
    ------
    ValueError
        A number is not finite.

    Examples
    --------
    >>> data_block({"name": "</script>"})
    '{"name":"\\u003c/script\\u003e"}'
    """
    plain = json.dumps(
        document, ensure_ascii=False, allow_nan=False, separators=(",", ":")
    )
    # A lone surrogate cannot be written as UTF-8.
    return plain.encode("utf-8", "backslashreplace").decode("utf-8").translate(_ESCAPES)
