"""Approvals, quotas and idle land on the command line, and their registers."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import geopandas as gpd
import pytest
from shapely.geometry import box
from typer.testing import CliRunner, Result

from zqland import crs, tables
from zqland_api.cli import app
from zqland_geodata import places
from zqland_geodata.store import open_store

if TYPE_CHECKING:
    from pathlib import Path

ZONE = 4526
ON = ("--on", "2023-09-05")

CONTRACTS = (
    "合同编号,地块编号,签订日期,应动工开发面积（亩）,成交价（万元）,约定动工日期,扣除天数\n"
    "HT-1,A-1,2021-12-01,30,1000,2022-03-01,0\n"
    "HT-2,A-2,2023-05-06,45,,2024-05-06,\n"
)
BATCHES = (
    "批次编号,批次名称,县区,计划年度,上报日期,批复日期\n"
    "P-1,第一批次,四会市,2021,2021-01-05,2021-03-01\n"
    "P-2,第二批次,四会市,2023,2023-08-01,\n"
)
STEPS = (
    "批次编号,步骤,开始日期,完成日期\n"
    "P-2,市级审核,2023-08-02,2023-08-20\nP-2,省级审查,2023-08-21,\n"
)
PARCELS = (
    "批次编号,地块编号,报批面积（亩）,用地规模（亩）,用地指标（亩）\n"
    "P-1,A-1,30,30,30\nP-1,A-2,45,45,45\nP-2,A-3,60,60,60\n"
)
QUOTAS = (
    "年度,限额类型,范围,下达面积（亩）\n2023,用地规模,全市,90\n2023,用地指标,全市,45\n"
)
SHEETS = {
    "contracts": CONTRACTS,
    "batches": BATCHES,
    "batch_steps": STEPS,
    "batch_parcels": PARCELS,
    "quotas": QUOTAS,
}


class Office:
    """Types commands at a store, with sheets beside it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = folder / "books.zqland"

    def types(self, *words: object, language: str = "en") -> Result:
        """Run a command, as if piped."""
        environment = {
            "ZQLAND_LANGUAGE": language,
            "ZQLAND_STORE": str(self.store),
            "ZQLAND_BY": "李工",
        }
        given = [str(word) for word in words]
        return CliRunner().invoke(app, given, env=environment, catch_exceptions=False)

    def registers(self, kind: str, sheet: str, *more: str) -> Result:
        """Register a sheet without being asked."""
        path = self.folder / f"{kind}.csv"
        path.write_text(sheet, encoding="utf-8")
        return self.types("register", kind, path, "--why", "登记", "--yes", *more)

    def shows(self, *words: object) -> dict[str, list[dict[str, object]]]:
        """Run a command that works; give its tables."""
        result = self.types(*words, *ON, "--format", "json")
        assert result.exit_code == 0, result.stderr
        found: dict[str, list[dict[str, object]]] = json.loads(result.stdout)
        return found

    def rows(self, kind: str) -> list[dict[str, object]]:
        """Read a table of the store."""
        with open_store(self.store) as store:
            table = store.reading().table(kind)
        return [
            {str(name): value for name, value in row.items()}
            for row in table.to_dict("records")
        ]

    @property
    def version(self) -> int:
        """The version of the ledger."""
        with open_store(self.store) as store:
            return store.reading().version


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a store of three parcels side by side."""
    path = tmp_path_factory.mktemp("approvals") / "made.zqland"
    west = 38_450_000
    home = gpd.GeoSeries(
        [
            box(west + 100 * n, 2_560_000, west + 100 * n + 100, 2_560_200)
            for n in (1, 2, 3)
        ]
    )
    facts = {
        "parcel_id": ["A-1", "A-2", "A-3"],
        "name": ["甲地块", "乙地块", "丙地块"],
        "park_id": "SH",
        "district": "441284",
        "home_zone": ZONE,
        "home_geometry": home,
    }
    parcels = gpd.GeoDataFrame(facts, geometry=crs.to_geographic(home, ZONE))
    with (
        open_store(path, create=True) as store,
        store.writing(by="张工", why="首次入库", command="import") as writer,
    ):
        parks = places.parks()
        writer.add("parks", parks[parks.index == "SH"])
        writer.add("parcels", tables.check("parcels", parcels))
    return path


@pytest.fixture(scope="module")
def registered(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a store with all registers filled."""
    folder = tmp_path_factory.mktemp("registered")
    office = Office(folder)
    shutil.copyfile(made, office.store)
    for kind, sheet in SHEETS.items():
        assert office.registers(kind, sheet).exit_code == 0
    return office.store


@pytest.fixture
def empty(made: Path, tmp_path: Path) -> Office:
    office = Office(tmp_path)
    shutil.copyfile(made, office.store)
    return office


@pytest.fixture
def office(registered: Path, tmp_path: Path) -> Office:
    office = Office(tmp_path)
    shutil.copyfile(registered, office.store)
    return office


def test_a_sheet_is_registered_in_one_revision_with_its_reason(empty: Office) -> None:
    before = empty.version
    result = empty.registers("contracts", CONTRACTS)
    assert result.exit_code == 0
    assert "supply contract: 2 new, 0 changed, 0 unchanged." in result.stderr
    assert empty.version == before + 1
    assert [row["area_m2"] for row in empty.rows("contracts")] == [20_000.0, 30_000.0]
    with open_store(empty.store) as store:
        (last,) = store.reading().revisions(last=1)
    assert (last.by, last.why, last.command) == ("李工", "登记", "register")


@pytest.mark.parametrize("kind", SHEETS)
def test_the_same_sheet_once_more_changes_nothing(office: Office, kind: str) -> None:
    before = office.version
    result = office.registers(kind, SHEETS[kind])
    assert result.exit_code == 0
    assert "0 new, 0 changed" in result.stderr
    assert office.version == before


def test_what_changes_is_said_and_all_else_stays(office: Office) -> None:
    sheet = "合同编号,地块编号,签订日期,动工日期\nHT-2,A-2,2023-05-06,2023-08-01\n"
    result = office.registers("contracts", sheet)
    assert "0 new, 1 changed, 0 unchanged" in result.stderr
    assert (
        "supply contract HT-2: nothing becomes Started on 2023-08-01." in result.stderr
    )
    first, second = office.rows("contracts")
    assert first["price_wan"] == 1_000.0
    assert second["area_m2"] == 30_000.0
    assert f"{second['started_on']:%Y-%m-%d}" == "2023-08-01"


def test_changes_are_said_in_the_words_of_an_office(office: Office) -> None:
    path = office.folder / "quotas.csv"
    path.write_text(QUOTAS.replace("45", "60"), encoding="utf-8")
    result = office.types("register", "quotas", path, "--dry-run", language="zh")
    assert "用地限额：新增 0，变更 1，不变 1。" in result.stderr
    assert (
        "用地限额 2023 / 用地指标 / 全市：下达面积：30000 平方米 改为" in result.stderr
    )


def test_a_dry_run_registers_nothing_and_needs_no_reason(empty: Office) -> None:
    before = empty.version
    path = empty.folder / "batches.csv"
    path.write_text(BATCHES, encoding="utf-8")
    result = empty.types("register", "batches", path, "--dry-run")
    assert result.exit_code == 0
    assert "batch: 2 new" in result.stderr
    assert empty.version == before


def test_nothing_is_registered_unasked(empty: Office) -> None:
    before = empty.version
    path = empty.folder / "batches.csv"
    path.write_text(BATCHES, encoding="utf-8")
    result = empty.types("register", "batches", path, "--why", "登记")
    assert result.exit_code == 2
    assert "--yes" in result.stderr
    assert empty.version == before


FAULTS = {
    "contract_of_no_parcel": (
        "contracts",
        CONTRACTS.replace("A-2", "B-9"),
        "parcel B-9 is not in the store",
    ),
    "ground_of_no_parcel": (
        "batch_parcels",
        PARCELS.replace("A-3", "B-9"),
        "parcel B-9 is not in the store",
    ),
    "ground_of_no_batch": (
        "batch_parcels",
        PARCELS.replace("P-2", "P-9"),
        "batch P-9 is not in the store",
    ),
    "step_of_no_batch": (
        "batch_steps",
        STEPS.replace("P-2", "P-9"),
        "batch P-9 is not in the store",
    ),
    "no_step": ("batch_steps", STEPS.replace("省级审查", "喝茶"), "not a step"),
    "no_scope": ("quotas", QUOTAS.replace("全市", "GXQ"), "neither the city nor"),
    "twice": ("contracts", CONTRACTS + "HT-1,A-3,2023-05-06,1,,,\n", "an earlier row"),
}
"""Sheets with a fault, and what is said of it."""


@pytest.mark.parametrize("fault", FAULTS)
def test_a_sheet_with_a_fault_is_refused_whole(office: Office, fault: str) -> None:
    kind, wrong, said = FAULTS[fault]
    before = office.version
    result = office.registers(kind, wrong)
    assert result.exit_code == 1
    assert said in " ".join(result.stderr.split())
    assert office.version == before


def test_a_project_that_is_not_in_the_store_is_only_remarked(empty: Office) -> None:
    sheet = "合同编号,地块编号,项目编号,签订日期\nHT-1,A-1,X-1,2021-12-01\n"
    result = empty.registers("contracts", sheet)
    assert result.exit_code == 0
    assert "project X-1 is not in the store" in result.stderr
    assert empty.rows("contracts")[0]["project_id"] == "X-1"


def test_a_batch_says_what_it_waits_for(office: Office) -> None:
    found = office.shows("approvals", "--batch", "P-2")
    (batch,) = found["batches"]
    assert batch["state"] == "submitted"
    assert batch["blocking"] == ["province_review"]
    assert batch["area_mu"] == pytest.approx(60.0)
    states = {row["step"]: row["state"] for row in found["steps"]}
    assert states["city_review"] == "done"
    assert states["approved"] == "waiting"


def test_batches_of_one_year_are_asked_for(office: Office) -> None:
    found = office.shows("approvals", "--year", "2021")
    assert [row["batch_id"] for row in found["batches"]] == ["P-1"]
    assert {row["batch_id"] for row in found["steps"]} == {"P-1"}


def test_dates_that_contradict_each_other_end_with_code_1(office: Office) -> None:
    wrong = "批次编号,步骤,完成日期\nP-1,用地批复,2021-02-01\n"
    assert office.registers("batch_steps", wrong).exit_code == 0
    result = office.types("approvals", *ON, language="zh")
    assert result.exit_code == 1
    assert "“用地批复”的日期，批次表为 2021-03-01，步骤表为 2021-02-01" in result.stderr
    assert "第一批次" in result.stdout


def test_every_book_goes_into_a_workbook(office: Office) -> None:
    for command in ("approvals", "quotas", "idle", "unsupplied"):
        path = office.folder / f"{command}.xlsx"
        assert office.types(command, *ON, "--out", path).exit_code == 0
        assert path.stat().st_size > 0


def test_an_unknown_batch_is_refused(office: Office) -> None:
    result = office.types("approvals", "--batch", "P-9")
    assert result.exit_code == 2
    assert "P-9" in result.stderr


def test_quotas_say_what_does_not_fit(office: Office) -> None:
    found = office.shows("quotas", "--year", "2023")
    rest = {row["kind"]: row["rest_mu"] for row in found["limits"]}
    assert rest == pytest.approx({"scale": 30.0, "indicator": -15.0})
    unfit = {row["kind"]: row["unfit_ids"] for row in found["limits"]}
    assert unfit == {"scale": [], "indicator": ["P-2"]}


def test_a_year_without_quotas_is_refused(office: Office) -> None:
    result = office.types("quotas", "--year", "2017")
    assert result.exit_code == 2
    assert "2017" in result.stderr


def test_idle_land_is_listed_with_its_reason(office: Office) -> None:
    result = office.types("idle", *ON, "--format", "json", language="zh")
    found = json.loads(result.stdout)
    (contract,) = found["contracts"]
    assert (contract["contract_id"], contract["state"]) == ("HT-1", "idle_1y")
    assert contract["fee_wan"] == pytest.approx(200.0)
    assert contract["reason"].startswith("约定 2022-03-01 前动工，至今未动工")
    assert [row["parcel_id"] for row in found["ground"]] == ["A-1"]
    counts = {row["state"]: row["count"] for row in found["totals"]}
    assert counts["ok"] == 1


def test_contracts_in_order_are_listed_when_asked_for(office: Office) -> None:
    found = office.shows("idle", "--all")
    assert [row["contract_id"] for row in found["contracts"]] == ["HT-1", "HT-2"]


def test_what_is_approved_and_not_supplied_is_summed_by_year(office: Office) -> None:
    found = office.shows("unsupplied", "--basis", "declared")
    year, total = found["years"]
    assert (year["of_year"], total["of_year"]) == ("2021", "all years")
    assert year["unsupplied_mu"] == pytest.approx(75.0)
    assert year["rate"] == pytest.approx(1.0)
    assert year["unsupplied_ids"] == ["A-1", "A-2"]


def test_a_table_may_be_chosen_for_csv(office: Office) -> None:
    words = ("unsupplied", *ON, "--table", "ground", "--format", "csv")
    head, *lines = office.types(*words).stdout.splitlines()
    assert head.startswith("batch_id,recorded_id,parcel_id")
    assert [line.split(",")[1] for line in lines] == ["A-1", "A-2"]


def test_an_earlier_state_of_the_store_is_asked_for(office: Office) -> None:
    found = office.shows("idle", "--all", "--known-at", "1")
    assert found["contracts"] == []


def test_the_demonstration_city_has_all_four_books(office: Office) -> None:
    result = office.types("idle", "--demo", "--unit", "ha", language="zh")
    assert result.exit_code == 0
    for word in ("闲置满两年", "闲置满一年", "疑似闲置", "即将闲置", "虚构"):
        assert word in result.stdout
