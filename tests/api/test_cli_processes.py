"""The command as a process: other locales, pipes, and the service itself."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from zqland_api.serving import start_address

COMMAND = (sys.executable, "-c", "from zqland_api.cli import main; main()")


def environment(**variables: str) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("LC_", "LANG", "PYTHONIO", "PYTHONUTF8", "ZQLAND"))
    }
    return {**kept, **variables}


def run(
    *arguments: str, variables: dict[str, str], folder: Path
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(  # noqa: S603 - our own command
        [*COMMAND, *arguments],
        env=environment(**variables, PYTHONPATH=absolute_path()),
        cwd=folder,
        capture_output=True,
        timeout=120,
        check=False,
    )


def absolute_path() -> str:
    """Return the import path of this process, usable from any folder."""
    return os.pathsep.join(str(Path(entry).resolve()) for entry in sys.path if entry)


ASCII_ONLY = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
"""A terminal that knows no Chinese and gets no help from Python."""


def test_a_plain_locale_still_gets_chinese_as_utf8(tmp_path: Path) -> None:
    words = ("match", "--project", "P-001", "--lang", "zh")
    result = run(*words, variables=ASCII_ONLY, folder=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "适合的地块" in result.stdout.decode("utf-8")


def test_a_plain_locale_still_gets_errors_as_utf8(tmp_path: Path) -> None:
    words = ("check", "无此文件.gpkg", "--lang", "zh")
    result = run(*words, variables=ASCII_ONLY, folder=tmp_path)
    assert result.returncode == 2
    assert "错误" in result.stderr.decode("utf-8")
    assert b"Traceback" not in result.stderr


def test_another_encoding_does_not_change_what_is_piped(tmp_path: Path) -> None:
    words = ("match", "--project", "P-001", "--lang", "zh", "--format", "json")
    variables = {"PYTHONIOENCODING": "gbk", "PYTHONWARNDEFAULTENCODING": "1"}
    result = run(*words, variables=variables, folder=tmp_path)
    assert json.loads(result.stdout.decode("utf-8"))["answers"]
    said = result.stderr.decode("utf-8").splitlines()
    warnings = [line for line in said if "EncodingWarning" in line]
    assert not [line for line in warnings if "zqland" in line]


def test_a_reader_that_stops_early_sees_no_traceback(tmp_path: Path) -> None:
    process = subprocess.Popen(  # noqa: S603 - our own command
        [*COMMAND, "match", "--format", "csv"],
        env=environment(PYTHONPATH=absolute_path()),
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr is not None
    said = process.stderr.read()
    process.stderr.close()
    process.wait(timeout=60)
    assert b"Traceback" not in said


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(address: str, seconds: float = 60) -> bytes:
    deadline = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310
                return bytes(answer.read())
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


@pytest.mark.skipif(os.name == "nt", reason="a signal stops the service")
def test_the_service_listens_on_this_machine_only_and_stops_on_request(
    tmp_path: Path,
) -> None:
    port = free_port()
    process = subprocess.Popen(  # noqa: S603 - our own command
        [*COMMAND, "serve", "--port", str(port)],
        env=environment(PYTHONPATH=absolute_path(), ZQLAND_LANGUAGE="en"),
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        page = wait_for(start_address("127.0.0.1", port)).decode("utf-8")
        assert "/desk/match" in page
    finally:
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
    assert f"http://127.0.0.1:{port}/".encode() in said
    assert b"Traceback" not in said


@pytest.mark.parametrize("host", ["0.0.0.0", ""])  # noqa: S104 - not bound
def test_the_start_page_of_a_public_service_is_named_by_this_machine(host: str) -> None:
    assert start_address(host, 80) == "http://127.0.0.1:80/"
