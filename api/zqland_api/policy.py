"""Content security policies of pages: what a page may load and run."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable

PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Policy of the desk's own pages: their style and script are files of the service."""

_NONE = "'none'"
_SCRIPT = re.compile(r"<script\b([^>]*)>(.*?)</script>", re.DOTALL | re.IGNORECASE)
_DATA_TYPE = re.compile(r"""type\s*=\s*["']?application/(?:[\w.+-]*\+)?json""")


def map_policy(html: str, *, tile_hosts: Iterable[str] = ()) -> str:
    """Write the policy of a map, which is one file with everything in it.

    Only the scripts that are in the page when it is written may run, each named by
    its hash: text from a file that became a script by mistake would not run. Styles
    are inline since Leaflet places its panes that way. Nothing may be fetched, apart
    from the pictures of a basemap.

    Parameters
    ----------
    html
        The page.
    tile_hosts
        Origins of the basemap's pictures.

    Returns
    -------
    policy
        Value of the header ``Content-Security-Policy``.

    Examples
    --------
    >>> "script-src 'sha256-" in map_policy("<script>let a = 1</script>")
    True
    """
    hashes = " ".join(
        f"'sha256-{_digest(body)}'"
        for attributes, body in _SCRIPT.findall(html)
        if not _DATA_TYPE.search(attributes)
    )
    images = " ".join(("data: blob:", *tile_hosts))
    return (
        f"default-src 'none'; script-src {hashes or _NONE}; "
        f"style-src 'unsafe-inline'; img-src {images}; font-src data:; "
        "connect-src 'none'; form-action 'none'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )


def _digest(script: str) -> str:
    # The parser of HTML turns every line end into a line feed before it hashes.
    text = script.replace("\r\n", "\n").replace("\r", "\n")
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
