"""The streams of a command."""

from __future__ import annotations

import io
import sys


def prepare_streams() -> None:
    """Make stdout and stderr able to carry Chinese, whatever the locale.

    What is piped is UTF-8, as every file of zqland is. A terminal keeps its own
    encoding unless that is plain ASCII, and shows what it lacks as escapes.
    """
    for stream in (sys.stdout, sys.stderr):
        if not isinstance(stream, io.TextIOWrapper):
            continue
        is_plain = stream.encoding.lower() in ("ascii", "us-ascii", "ansi_x3.4-1968")
        if is_plain or not stream.isatty():
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
        else:
            stream.reconfigure(errors="backslashreplace")
