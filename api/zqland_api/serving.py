"""Run the service until it is stopped."""

from __future__ import annotations

import threading
import webbrowser
from collections.abc import Callable

import uvicorn

from zqland.text import Text
from zqland_api.app import create_app
from zqland_api.desks import Desks
from zqland_api.settings import LOOPBACK, Settings

_SERVING = Text(
    en="The desk is open at {address} · stop it with Ctrl+C.",
    zh="服务地址：{address} · 按 Ctrl+C 停止。",
)
_OPEN_TO_OTHERS = Text(
    en="It can be reached from other machines and asks nobody for a password.",
    zh="其他机器也可访问，且不要求密码。",
)


def serve_app(
    settings: Settings,
    desks: Desks,
    *,
    say: Callable[[Text], object],
    open_browser: bool = False,
) -> None:
    """Serve desks until the user stops it.

    Parameters
    ----------
    settings
        Where to listen and how to show things.
    desks
        What gives the desk of the moment.
    say
        Told the address.
    open_browser
        Whether to open the start page in the user's browser.
    """
    server = settings.server
    address = start_address(server.host, server.port)
    say(_SERVING.format(address=address))
    if server.host not in LOOPBACK:
        say(_OPEN_TO_OTHERS)
    if open_browser:
        threading.Timer(1.0, webbrowser.open, args=(address,)).start()
    app = create_app(settings, desk=desks)
    uvicorn.run(
        app,
        host=server.host,
        port=server.port,
        log_level="warning",
        server_header=False,
    )


def start_address(host: str, port: int) -> str:
    """Return the address of the start page for a browser on this machine.

    Examples
    --------
    >>> start_address("127.0.0.1", 8023), start_address("::1", 8023)
    ('http://127.0.0.1:8023/', 'http://[::1]:8023/')
    """
    name = "127.0.0.1" if host in ("0.0.0.0", "") else host  # noqa: S104 - compared only
    return f"http://[{name}]:{port}/" if ":" in name else f"http://{name}:{port}/"
