"""What the driver of PostgreSQL leaves to us: values, broken ends, and addresses."""

from __future__ import annotations

import datetime as dt
import os
import socket
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from zqland_geodata.errors import (
    StoreAccessError,
    StoreLostError,
    StoreMissingError,
)
from zqland_geodata.store import arrays, open_store, passwords, server
from zqland_geodata.store import engine as engines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy import Engine

    from zqland.testing import Cluster
    from zqland_geodata.store import Store

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
DATES = st.dates(dt.date(1, 1, 1), dt.date(9999, 12, 31))
VALUES = {
    "text": TEXTS,
    "float8": st.floats(allow_nan=False),
    "int8": st.integers(-(2**63), 2**63 - 1),
    "bytea": st.binary(),
    "date": DATES,
    "timestamp": st.datetimes(),
}


@pytest.fixture(scope="module")
def engine(cluster: Cluster) -> Iterator[Engine]:
    """Connect to a database of the server."""
    made = engines.connect(engines.store_url(cluster.url("postgres")))
    yield made
    made.dispose()


@pytest.fixture
def asking(cluster: Cluster) -> Iterator[str]:
    """Let the server ask a user for a password, and give the address without one."""
    rules = cluster.folder / "data" / "pg_hba.conf"
    plain = rules.read_text(encoding="utf-8")
    rules.write_text("local all asked scram-sha-256\n" + plain, encoding="utf-8")
    cluster.execute("postgres", "CREATE ROLE asked LOGIN PASSWORD 'open'")
    cluster.execute("postgres", "SELECT pg_reload_conf()")
    yield f"postgresql://asked@/with_postgis?host={cluster.folder}"
    cluster.execute("postgres", "DROP ROLE asked")
    rules.write_text(plain, encoding="utf-8")
    cluster.execute("postgres", "SELECT pg_reload_conf()")


@pytest.mark.parametrize("kind", VALUES)
@given(data=st.data())
def test_arrays_come_back_as_they_were_handed_over(
    engine: Engine, kind: str, data: st.DataObject
) -> None:
    values = data.draw(st.lists(st.none() | VALUES[kind]))
    query = f"SELECT value FROM unnest(%s::{kind}[]) AS value"  # noqa: S608 - our names
    with engine.connect() as connection:
        found = connection.exec_driver_sql(query, (arrays.literal(values),))
        assert list(found.scalars()) == values


@pytest.mark.parametrize("text", ["null", "NULL", "{}", ",", '"', "\\", " ", ""])
def test_a_text_that_means_something_in_an_array_stays_a_text(
    engine: Engine, text: str
) -> None:
    query = "SELECT value FROM unnest(%s::text[]) AS value"
    with engine.connect() as connection:
        found = connection.exec_driver_sql(query, (arrays.literal([text]),))
        assert found.scalars().all() == [text]


def test_a_server_with_other_habits_is_read_the_same(cluster: Cluster) -> None:
    address = cluster.create_database()
    name = address.removeprefix("postgresql://postgres@/").partition("?")[0]
    for habit in (
        "DateStyle TO 'SQL, DMY'", "bytea_output TO 'escape'",
        "extra_float_digits TO 0", "client_encoding TO 'GBK'", "timezone TO 'PRC'",
    ):  # fmt: skip
        cluster.execute("postgres", f"ALTER DATABASE {name} SET {habit}")
    made = engines.connect(engines.store_url(address))
    query = sa.text(
        "SELECT date '2023-09-05', timestamp '2023-09-05 08:00:01.5', '\\x00ff'::bytea,"
        " 0.1::float8 + 0.2::float8, '𠮷地块', current_setting('timezone')"
    )
    with made.connect() as connection:
        found = tuple(connection.execute(query).one())
    made.dispose()
    cluster.drop(address)
    moment = dt.datetime(2023, 9, 5, 8, 0, 1, 500_000)  # noqa: DTZ001 - without zone
    expected = (dt.date(2023, 9, 5), moment, b"\0\xff", 0.1 + 0.2, "𠮷地块", "UTC")
    assert found == expected


def test_a_value_that_cannot_be_sent_leaves_no_answer_behind(engine: Engine) -> None:
    query = sa.text("SELECT CAST(:value AS text)")
    for _ in range(2):
        with engine.connect() as connection, pytest.raises(UnicodeEncodeError):
            connection.scalar(query, {"value": "\ud800"})
        with engine.connect() as connection:
            assert connection.scalar(query, {"value": "next"}) == "next"


def test_waiting_for_a_statement_is_not_bound_by_the_time_to_connect(
    engine: Engine,
) -> None:
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        assert driver._usock.gettimeout() is None


def test_a_server_that_never_answers_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(server, "_CONNECT_S", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(StoreLostError, match="cannot be reached"):
            open_store(f"postgresql://clerk@127.0.0.1:{port}/reserve")


def test_a_password_is_taken_from_the_address(
    asking: str, opened: Callable[..., Store]
) -> None:
    with pytest.raises(StoreMissingError, match="no store of zqland"):
        opened(asking.replace("asked@", "asked:open@"))


def test_a_password_is_taken_from_the_environment(
    asking: str, opened: Callable[..., Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPASSWORD", "open")
    with pytest.raises(StoreMissingError, match="no store of zqland"):
        opened(asking)


@pytest.fixture
def password_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Name a password file that only its owner may read."""
    path = tmp_path / "passwords"
    path.touch(0o600)
    monkeypatch.setenv("PGPASSFILE", str(path))
    return path


def test_a_password_is_taken_from_the_password_file(
    asking: str, opened: Callable[..., Store], password_file: Path, cluster: Cluster
) -> None:
    lines = ["# a remark", "office:*:*:asked:shut", f"{cluster.folder}:5432:*:*:open"]
    password_file.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(StoreMissingError, match="no store of zqland"):
        opened(asking)


def test_a_password_file_that_others_may_read_is_not_used(
    asking: str, opened: Callable[..., Store], password_file: Path
) -> None:
    password_file.write_text("*:*:*:asked:open", encoding="utf-8")
    password_file.chmod(0o640)
    with pytest.raises(StoreAccessError, match="chmod 600") as error:
        opened(asking)
    assert "密码文件" in error.value.text.zh


def test_the_usual_password_file_is_that_of_the_home(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("PGPASSFILE", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert passwords.kept("office", 5432, "reserve", "clerk") is None
    (tmp_path / ".pgpass").touch(0o600)
    (tmp_path / ".pgpass").write_text("office:5432:reserve:clerk:hers")
    assert passwords.kept("office", 5432, "reserve", "clerk") == "hers"


@pytest.mark.parametrize(
    ("line", "password"),
    [
        ("office:5432:reserve:clerk:a b#", "a b#"),
        ("*:*:*:*:any", "any"),
        (r"office:*:*:clerk:a\:b\\c", r"a:b\c"),
        ("office:*:*:clerk:a:b", "a:b"),
        ("office:5433:*:clerk:other port", None),
        ("office:*:*:somebody:other user", None),
        ("office:clerk:too few", None),
        ("#office:*:*:clerk:remark", None),
        ("", None),
    ],
)
def test_a_line_of_the_password_file_means_what_it_means_to_postgresql(
    password_file: Path, line: str, password: str | None
) -> None:
    password_file.write_text(f"{line}\n", encoding="utf-8")
    assert passwords.kept("office", 5432, "reserve", "clerk") == password


def test_the_usual_socket_is_the_host_of_this_machine(password_file: Path) -> None:
    password_file.write_text("localhost:*:*:*:here\n", encoding="utf-8")
    assert passwords.kept("/var/run/postgresql", 5432, "reserve", "clerk") == "here"
    assert passwords.kept("/elsewhere", 5432, "reserve", "clerk") is None


@pytest.mark.parametrize("given_one", ["asked@", "asked:wrong@"])
def test_a_missing_or_wrong_password_is_named_as_such(
    asking: str, opened: Callable[..., Store], given_one: str
) -> None:
    with pytest.raises(StoreAccessError, match="password authentication") as error:
        opened(asking.replace("asked@", given_one))
    assert "wrong" not in str(error.value)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("options=-c%20a", "says options, which is not known"),
        # It would be shown with the name of the store.
        ("password=secret", "says password, which is not known"),
        ("sslmode=perhaps", "sslmode=perhaps"),
        ("port=five", "a port is a number"),
    ],
)
def test_an_address_that_says_more_than_is_understood_is_refused(
    query: str, said: str
) -> None:
    with pytest.raises(StoreMissingError, match=said) as error:
        engines.store_url(f"postgresql://clerk:secret@office/reserve?{query}")
    assert "secret" not in str(error.value)


def test_certificates_that_are_not_there_are_named(tmp_path: Path) -> None:
    path = tmp_path / "none.pem"
    address = f"postgresql://a@office/reserve?sslmode=verify-full&sslrootcert={path}"
    with pytest.raises(StoreMissingError, match=r"none\.pem"):
        open_store(address)


def test_a_server_that_speaks_in_the_open_is_refused_where_secrecy_is_required(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(server, "_CONNECT_S", 5)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        child = os.fork()
        if child == 0:
            client, _ = listening.accept()
            client.recv(8)
            client.sendall(b"N")
            os._exit(0)
        address = f"postgresql://clerk@127.0.0.1:{port}/reserve?sslmode=require"
        with pytest.raises(StoreLostError):
            open_store(address)
        os.waitpid(child, 0)
