"""The store from the command line: made, filled, read back, and safe from slips."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import pty
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pytest
import sqlalchemy as sa
from shapely.geometry import box
from typer.testing import CliRunner, Result

from zqland.testing import postgres
from zqland.text import Language
from zqland_api.cli import app
from zqland_api.store_words import Words
from zqland_geodata.store import engine as engines
from zqland_geodata.store import migrating, open_store
from zqland_geodata.store.opening import LOCK
from zqland_geodata.store.schema import META

if TYPE_CHECKING:
    from collections.abc import Iterator

ON = ("--on", "2024-03-01")
WHO = ("--by", "张工", "--why", "测试")
EVIDENCE = "对象类型,地块编号,事项,完成日期,文件\n地块,A-1,道路,2023-05-01,验收单\n"


def run(*arguments: object, language: str = "en") -> Result:
    """Run a command of the store, as if piped."""
    words = ["store", *(str(argument) for argument in arguments)]
    environment = {"ZQLAND_LANGUAGE": language, "ZQLAND_STORE": ""}
    return CliRunner().invoke(app, words, env=environment, catch_exceptions=False)


def write_parcels(path: Path, names: list[str], *, width: int = 100) -> Path:
    """Write squares in zone 38 as an office would."""
    shapes = [
        box(38_450_000 + 100 * n, 2_560_000, 38_450_000 + 100 * n + width, 2_560_100)
        for n in range(len(names))
    ]
    table = gpd.GeoDataFrame(
        {"地块编号": names, "园区代码": "GXQ"}, geometry=shapes, crs=4526
    )
    table.to_file(path, engine="pyogrio")
    return path


def confirmation(store: object, file: Path, *more: object) -> str:
    result = run("diff", file, "--store", store, *ON, *more, "--format", "json")
    return str(json.loads(result.stdout)["confirmation"])


def version(store: object) -> int:
    with open_store(str(store)) as opened:
        return opened.reading().version


@pytest.fixture
def store(tmp_path: Path) -> Path:
    path = tmp_path / "books.zqland"
    assert run("init", "--store", path).exit_code == 0
    return path


@pytest.fixture
def parcels(tmp_path: Path) -> Path:
    return write_parcels(tmp_path / "parcels.gpkg", ["A-1", "A-2"])


@pytest.fixture
def filled(store: Path, parcels: Path) -> Path:
    result = run(
        "import", parcels, "--store", store, "--scope", "all", *ON, *WHO, "--yes",
        "--in-reserve-since", "2023-01-01",
    )  # fmt: skip
    assert result.exit_code == 0, result.stderr
    return store


@pytest.mark.parametrize(
    "command",
    [
        "init", "import", "diff", "apply", "export", "backup", "restore", "history",
        "upgrade", "info",
    ],
)  # fmt: skip
def test_every_command_of_the_store_explains_itself(command: str) -> None:
    result = run(command, "--help")
    assert result.exit_code == 0
    assert "·" in result.stdout


def test_what_was_imported_is_recorded_with_who_and_why(filled: Path) -> None:
    result = run("history", "--store", filled, "--format", "csv")
    (row,) = csv.DictReader(io.StringIO(result.stdout))
    assert (row["by"], row["why"], row["command"]) == ("张工", "测试", "import")


def test_the_same_file_once_more_writes_no_revision(
    filled: Path, parcels: Path
) -> None:
    result = run(
        "import", parcels, "--store", filled, "--scope", "all", *ON, *WHO,
        "--in-reserve-since", "2023-01-01",
    )  # fmt: skip
    assert result.exit_code == 0
    assert "nothing changes" in result.stderr
    assert version(filled) == 1


def test_new_parcels_are_in_reserve_since_the_day_that_was_said(filled: Path) -> None:
    with open_store(filled) as opened:
        events = opened.reading().reserve().status_events
    assert events["status"].tolist() == ["in_reserve", "in_reserve"]
    assert set(events["happened_on"].dt.year) == {2023}


def test_without_a_sheet_of_statuses_none_is_made_up(
    store: Path, parcels: Path
) -> None:
    words = ("import", parcels, "--store", store, "--scope", "all", *ON, *WHO, "--yes")
    result = run(*words)
    with open_store(store) as opened:
        assert opened.reading().reserve().status_events.empty
    assert "--in-reserve-since" in result.stderr


def test_parks_that_the_store_lacks_come_from_the_packaged_list(filled: Path) -> None:
    with open_store(filled) as opened:
        assert opened.reading().table("parks").index.tolist() == ["GXQ"]


def test_nothing_is_imported_unless_somebody_confirms(
    store: Path, parcels: Path
) -> None:
    result = run("import", parcels, "--store", store, "--scope", "all", *ON, *WHO)
    assert result.exit_code == 2
    assert "--confirm 0-" in result.stderr
    assert version(store) == 0


def test_the_code_of_a_diff_imports_what_it_showed(store: Path, parcels: Path) -> None:
    scope = ("--scope", "all")
    code = confirmation(store, parcels, *scope)
    words = ("apply", parcels, "--store", store, *scope, *ON, *WHO)
    assert run(*words, "--confirm", code).exit_code == 0
    assert version(store) == 1


def test_the_code_of_another_diff_imports_nothing(filled: Path, tmp_path: Path) -> None:
    moved = write_parcels(tmp_path / "moved.gpkg", ["A-1", "A-2"], width=90)
    scope = ("--scope", "all")
    code = confirmation(filled, moved, *scope)
    write_parcels(moved, ["A-1", "A-2"], width=80)
    words = ("apply", moved, "--store", filled, *scope, *ON, *WHO)
    result = run(*words, "--confirm", code)
    assert result.exit_code == 2
    assert "not those that" in result.stderr
    assert version(filled) == 1


def test_a_parcel_that_is_gone_from_its_scope_is_said_to_retire(
    filled: Path, tmp_path: Path
) -> None:
    fewer = write_parcels(tmp_path / "fewer.gpkg", ["A-1"])
    result = run(
        "diff", fewer, "--store", filled, *ON, "--scope", "park:GXQ", "--format", "csv"
    )
    (row,) = csv.DictReader(io.StringIO(result.stdout.removeprefix("\ufeff")))
    assert (row["key"], row["change"]) == ("A-2", "gone")


def test_a_list_leaves_alone_what_it_does_not_name(
    filled: Path, tmp_path: Path
) -> None:
    fewer = write_parcels(tmp_path / "fewer.gpkg", ["A-1"])
    result = run("diff", fewer, "--store", filled, *ON, "--scope", "list")
    assert "nothing changes" in result.stderr


def test_a_list_in_a_file_retires_what_it_names(filled: Path, tmp_path: Path) -> None:
    fewer = write_parcels(tmp_path / "fewer.gpkg", ["A-1"])
    named = tmp_path / "list.txt"
    named.write_text("A-1\nA-2\n", encoding="utf-8")
    result = run("diff", fewer, "--store", filled, *ON, "--scope", f"list:{named}")
    assert "1 gone" in result.stderr


def test_sheets_come_in_without_parcels(filled: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "evidence.csv"
    sheet.write_text(EVIDENCE, encoding="utf-8")
    result = run("import", "--store", filled, "--evidence", sheet, *WHO, "--yes")
    assert result.exit_code == 0, result.stderr
    with open_store(filled) as opened:
        assert opened.reading().reserve().evidence["item"].tolist() == ["road"]


def test_parcels_without_a_scope_are_refused(store: Path, parcels: Path) -> None:
    result = run("import", parcels, "--store", store, *ON, *WHO, "--yes")
    assert result.exit_code == 2
    assert "--scope" in result.stderr


def test_parcels_outside_the_stated_scope_block(
    store: Path, parcels: Path, tmp_path: Path
) -> None:
    named = tmp_path / "list.txt"
    named.write_text("A-1\n", encoding="utf-8")
    result = run(
        "import", parcels, "--store", store, *ON, *WHO, "--scope", f"list:{named}",
        "--yes",
    )  # fmt: skip
    assert result.exit_code == 1
    assert "A-2" in result.stderr
    assert version(store) == 0


def test_a_file_with_faults_ends_with_one_and_writes_nothing(
    store: Path, tmp_path: Path
) -> None:
    twice = write_parcels(tmp_path / "twice.gpkg", ["A-1", "A-1"])
    scope = ("--scope", "all")
    result = run("import", twice, "--store", store, *scope, *ON, *WHO, "--yes")
    assert result.exit_code == 1
    assert "Nothing was imported" in result.stderr
    assert version(store) == 0


def test_a_change_without_a_reason_is_refused(store: Path, parcels: Path) -> None:
    result = run("import", parcels, "--store", store, "--scope", "all", "--yes")
    assert result.exit_code == 2
    assert "--why" in result.stderr


def test_what_is_exported_changes_nothing_when_it_comes_back(
    filled: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.gpkg"
    assert run("export", "--store", filled, "--out", out, *ON).exit_code == 0
    status = tmp_path / "out_status_events.csv"
    result = run(
        "diff", out, "--store", filled, "--scope", "all", *ON, "--status", status
    )
    assert "nothing changes" in result.stderr


def test_an_export_as_known_before_has_not_what_came_later(
    filled: Path, tmp_path: Path
) -> None:
    more = write_parcels(tmp_path / "more.gpkg", ["A-1", "A-2", "A-3"])
    run("import", more, "--store", filled, "--scope", "all", *ON, *WHO, "--yes")
    out = tmp_path / "out.gpkg"
    run("export", "--store", filled, "--out", out, *ON, "--known-at", 1)
    assert len(gpd.read_file(out)) == 2


def test_a_moment_that_is_none_is_refused(filled: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.gpkg"
    result = run("export", "--store", filled, "--out", out, "--known-at", "gestern")
    assert result.exit_code == 2
    assert "2023-09-05T17:30" in result.stderr


def test_the_history_of_a_parcel_is_told_in_words(filled: Path) -> None:
    result = run("history", "A-1", "--store", filled, "--lang", "zh")
    assert "在库" in result.stdout
    assert "in_reserve" not in result.stdout


def test_the_changes_of_a_revision_are_told_for_programs(filled: Path) -> None:
    result = run("history", "--revision", 1, "--store", filled, "--format", "json")
    changes = json.loads(result.stdout)["changes"]
    assert {one["table"] for one in changes} == {"parks", "parcels", "status_events"}


def test_a_backup_is_restored_as_it_was(filled: Path, tmp_path: Path) -> None:
    kept, restored = tmp_path / "kept.zqland", tmp_path / "again.zqland"
    assert run("backup", kept, "--store", filled).exit_code == 0
    assert run("restore", kept, "--into", restored).exit_code == 0
    facts = [
        json.loads(run("info", "--store", path, "--format", "json").stdout)
        for path in (filled, restored)
    ]
    assert facts[0]["rows"] == facts[1]["rows"]
    assert facts[0]["rows"]["parcels"] == 2


def test_a_present_store_is_not_upgraded(filled: Path) -> None:
    result = run("upgrade", "--store", filled)
    assert result.exit_code == 0
    assert "nothing was changed" in result.stderr


def test_an_older_store_is_upgraded_after_a_copy_of_it(tmp_path: Path) -> None:
    path, kept = tmp_path / "old.zqland", tmp_path / "kept.zqland"
    first = migrating.forms()[0]
    engine = engines.connect(engines.store_url(path))
    with engines.for_writing(engine) as connection, connection.begin():
        migrating.upgrade(connection, first)
        lock = {"name": LOCK, "value": "one writes at a time"}
        connection.execute(sa.insert(META), lock)
    engine.dispose()
    refused = run("info", "--store", path)
    assert (refused.exit_code, "upgrade --backup" in refused.stderr) == (2, True)
    assert run("upgrade", "--store", path, "--backup", kept).exit_code == 0
    assert version(path) == 0
    assert run("info", "--store", kept).exit_code == 2


def test_somebody_at_a_terminal_is_asked(store: Path, parcels: Path) -> None:
    ours, theirs = pty.openpty()
    command = "from zqland_api.cli import main; main()"
    words = ("--store", store, "--scope", "all", *ON, *WHO)
    paths = os.pathsep.join(str(Path(entry).resolve()) for entry in sys.path if entry)
    with subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-c", command, "store", "import", parcels, *words],
        stdin=theirs,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": paths, "ZQLAND_LANGUAGE": "en"},
    ) as process:
        os.write(ours, b"y\n")
        _, said = process.communicate(timeout=60)
    os.close(ours)
    os.close(theirs)
    assert b"Import this?" in said
    assert version(store) == 1


# --- the demonstration city --------------------------------------------------------


def test_the_demonstration_city_is_made_in_one_revision(tmp_path: Path) -> None:
    path = tmp_path / "demo.zqland"
    assert run("init", "--store", path, "--demo", "--by", "a").exit_code == 0
    result = run("info", "--store", path, "--format", "json")
    facts = json.loads(result.stdout)
    assert (facts["store"]["version"], facts["rows"]["parcels"]) == (1, 586)
    assert facts["fictional"]


@pytest.mark.parametrize("language", list(Language))
def test_every_code_and_figure_of_a_row_is_told_in_words(language: Language) -> None:
    words = Words(language, None)
    quota = {"year": 2023, "kind": "scale", "scope": "city", "granted_m2": 1000.5}
    said = {
        Language.ZH: ("2023 / 用地规模 / 全市", "1000.5 平方米"),
        Language.EN: ("2023 / scale of building land / whole city", "1000.5 m²"),
    }
    key, figure = said[language]
    assert words.key("quotas", (2023, "scale", "city")) == key
    assert words.line("quotas", quota).endswith(figure)


def test_the_commands_are_the_same_on_a_server(parcels: Path, tmp_path: Path) -> None:
    with postgres() as cluster:
        address = cluster.create_database()
        store, kept = ("--store", address), tmp_path / "kept.zqland"
        scope = ("--scope", "park:GXQ", *ON)
        codes = [
            run("init", *store).exit_code,
            run("import", parcels, *store, *scope, *WHO, "--yes").exit_code,
            run("diff", parcels, *store, *scope).exit_code,
            run("export", *store, "--out", tmp_path / "out.gpkg").exit_code,
            run("history", "A-1", *store).exit_code,
            run("backup", kept, *store).exit_code,
        ]
        facts = json.loads(run("info", *store, "--format", "json").stdout)
    assert codes == [0] * 6
    assert facts["store"]["database"] == "postgis"
    assert version(kept) == 1


# --- faults ------------------------------------------------------------------------


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    yield
    connection.close()


def test_a_store_that_another_program_locks_is_named(
    store: Path, parcels: Path
) -> None:
    words = ("import", parcels, "--store", store, "--scope", "all", *ON, *WHO, "--yes")
    with locked(store):
        result = run(*words, "--wait", "0.05")
    assert result.exit_code == 2
    assert "being written by somebody else" in result.stderr
    assert version(store) == 0


def test_a_store_of_a_newer_program_is_refused(filled: Path) -> None:
    with contextlib.closing(sqlite3.connect(filled)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    for words in (("info",), ("upgrade",)):
        result = run(*words, "--store", filled)
        assert result.exit_code == 2
        assert "newer zqland" in result.stderr


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("nowhere.zqland", "There is no store at"),
        ("mysql://a@b/c", "is no address of a store"),
        ("", "--store"),
    ],
)
def test_a_store_that_is_none_is_refused(
    address: str, said: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("info", "--store", address)
    assert result.exit_code == 2
    assert said in result.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("content", [b"not parcels at all", b""])
def test_a_file_that_cannot_be_read_changes_nothing(
    store: Path, tmp_path: Path, content: bytes
) -> None:
    broken = tmp_path / "broken.gpkg"
    broken.write_bytes(content)
    scope = ("--scope", "all")
    result = run("import", broken, "--store", store, *scope, *WHO, "--yes")
    assert result.exit_code == 2
    assert "broken.gpkg" in result.stderr
    assert version(store) == 0


def test_a_store_is_never_made_over_another(filled: Path) -> None:
    result = run("init", "--store", filled, language="zh")
    assert result.exit_code == 2
    assert "已有台账库" in result.stderr
    assert version(filled) == 1
