"""Usable areas and constraint layers in every way out of the desk."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from typer.testing import CliRunner

from zqland.areas import Method
from zqland.text import Language
from zqland.units import Unit, from_m2
from zqland_api import checking
from zqland_api.cli.main import app
from zqland_api.desk import Desk
from zqland_api.errors import UsageError
from zqland_api.settings import SourceSettings
from zqland_api.view import View
from zqland_geodata.demo import write_inputs

if TYPE_CHECKING:
    from pathlib import Path

    from fastapi.testclient import TestClient

TAKEN_FROM = "GXQ-L-001"
"""A parcel of the city under the fictional power corridor."""


@pytest.fixture(scope="module")
def inputs(
    demo_desk: Desk, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("inputs")
    return write_inputs(demo_desk.records.reserve, folder)


@pytest.fixture(scope="module")
def from_files(inputs: dict[str, Path]) -> Desk:
    names = ("parcels", "evidence", "status", "projects", "indicators", "targets")
    files = {name: inputs[name] for name in (*names, "constraints")}
    return Desk.open(SourceSettings.model_construct(**files))


def get(client: TestClient, address: str, **query: object) -> Any:  # noqa: ANN401
    answer = client.get(address, params={"lang": "en", **query})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_parcel_has_its_usable_area_beside_the_total(client: TestClient) -> None:
    found = get(client, f"/parcels/{TAKEN_FROM}", unit="m2")["properties"]
    assert found["usable_area"] == found["usable_planar_m2"] < found["area"]
    assert found["usable_declared_m2"] is None
    assert found["constraints"] == ["power_corridor"]


def test_the_history_of_a_parcel_says_what_layers_concern(client: TestClient) -> None:
    (one,) = get(client, f"/parcels/{TAKEN_FROM}")["constraints"]
    assert (one["layer"], one["rule"]) == ("power_corridor", "deduct")
    assert one["text"].endswith("in the power corridor (fictional): deducted")
    assert 0 < one["share"] < 1


def test_parks_have_usable_areas_on_any_basis(client: TestClient) -> None:
    for basis in Method:
        parks = get(client, "/parks", basis=basis.value)["features"]
        for park in parks:
            row = park["properties"]
            assert row["usable_area"] <= row["area"] + 1e-6
            assert row["free_usable_area"] <= row["free_area"] + 1e-6
        lacking = sum(park["properties"]["usable_lacking_count"] for park in parks)
        assert (lacking > 0) == (basis is Method.DECLARED)


def test_the_acreage_has_usable_sums_beside_total_ones(client: TestClient) -> None:
    book = get(client, "/acreage", basis="planar")
    rows = [row for row in book["stock"] if row["predicate"] == "all"]
    total, usable = (
        sum(row[name] for row in rows) for name in ("area_m2", "usable_m2")
    )
    assert 0 < usable < total
    assert all(row["usable_done_m2"] <= row["done_m2"] for row in book["progress"])


def test_a_match_tells_both_areas_and_the_one_that_counts(client: TestClient) -> None:
    answer = get(client, "/projects/P-001/matches")
    assert answer["judged_on"] == "usable"
    for lot in (*answer["matches"], *answer["near_misses"]):
        assert lot["usable_m2"] <= lot["area_m2"]
        assert lot["usable_text"]


def test_the_start_page_shows_the_usable_part_of_free_land(client: TestClient) -> None:
    page = client.get("/", params={"lang": "zh"}).text
    assert "其中可用" in page
    assert "≥" in client.get("/", params={"basis": "declared"}).text


def test_the_acreage_page_shows_usable_areas_and_names_the_layers(
    client: TestClient,
) -> None:
    page = client.get("/desk/acreage", params={"lang": "en", "basis": "planar"}).text
    assert "power corridor (fictional)" in page
    assert "<small>Usable</small>" in page
    assert "≥" not in page


def test_a_usable_sum_that_lacks_ground_is_marked(client: TestClient) -> None:
    page = client.get("/desk/acreage", params={"lang": "en", "basis": "declared"}).text
    assert "≥ " in page
    assert "the usable part is not known on this basis" in page


def test_the_match_page_shows_both_areas(client: TestClient) -> None:
    page = client.get("/desk/match", params={"project": "P-258", "lang": "en"}).text
    assert "<small>usable 352.77 mu</small>" in page
    assert "in the power corridor (fictional): deducted" in page


def test_the_rules_are_explained_with_the_step(client: TestClient) -> None:
    assert (
        "on forbidden ground" in client.get("/desk/match", params={"lang": "en"}).text
    )


def test_layers_from_files_take_what_the_city_s_own_take(
    from_files: Desk, demo_desk: Desk
) -> None:
    told, again = (desk.overlay.overlaps for desk in (demo_desk, from_files))
    assert again["layer"].tolist() == told["layer"].tolist()
    # The file of parcels is in degrees, which a tenth of a millimetre cannot keep.
    assert again["area_m2"].tolist() == pytest.approx(
        told["area_m2"].tolist(), rel=1e-4, abs=1.0
    )


def test_the_check_reports_what_layers_concern(demo_desk: Desk) -> None:
    rules = {finding.rule for finding in checking.all_findings(demo_desk)}
    assert {
        "constraint.forbidden",
        "constraint.warning",
        "constraint.deducted",
    } <= rules


def test_layers_alone_are_no_records(inputs: dict[str, Path]) -> None:
    with pytest.raises(UsageError, match="constraints"):
        Desk.open(SourceSettings.model_construct(constraints=inputs["constraints"]))


def test_the_environment_names_the_layers(
    inputs: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZQLAND_CONSTRAINTS", str(inputs["constraints"]))
    assert SourceSettings().constraints == inputs["constraints"]


def run(*words: object) -> str:
    done = CliRunner().invoke(app, [str(word) for word in words])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.output
    return done.stdout


def test_the_stages_are_printed_with_usable_areas(inputs: dict[str, Path]) -> None:
    options = ("--constraints", inputs["constraints"], "--lang", "en")
    rows = json.loads(run("stages", inputs["parcels"], *options, "--format", "json"))
    (row,) = [one for one in rows["parcels"] if one["parcel_id"] == TAKEN_FROM]
    assert row["usable_area"] < row["area"]
    assert row["constraints"] == ["power_corridor"]


def test_a_workbook_of_stages_has_both_areas(
    inputs: dict[str, Path], tmp_path: Path
) -> None:
    out = tmp_path / "stages.xlsx"
    options = ("--constraints", inputs["constraints"], "--lang", "en", "--out", out)
    run("stages", inputs["parcels"], *options)
    sheet = openpyxl.load_workbook(io.BytesIO(out.read_bytes())).worksheets[0]
    headings = [cell.value for cell in sheet[1]]
    assert headings[headings.index("Area (mu)") + 1] == "Usable (mu)"
    assert headings[-1] == "Constraints"


def test_without_layers_no_usable_column_is_shown(inputs: dict[str, Path]) -> None:
    assert "Usable" not in run("stages", inputs["parcels"], "--lang", "en")


def test_the_areas_of_a_basis_that_is_measured_late_agree(demo_desk: Desk) -> None:
    view = View(
        on=demo_desk.default_on,
        basis=Method.GEODESIC,
        unit=Unit.MU,
        language=Language.EN,
    )
    parcels = demo_desk.measured(view.on, view.basis).parcels
    total, usable = parcels["geodesic_m2"], parcels["usable_geodesic_m2"]
    ratio = (usable / total) / (parcels["usable_planar_m2"] / parcels["planar_m2"])
    assert ratio.to_numpy() == pytest.approx(1.0, abs=1e-5)
    assert from_m2(float(usable.sum()), Unit.MU) < from_m2(float(total.sum()), Unit.MU)
