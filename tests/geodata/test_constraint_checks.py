"""What constraint layers concern, as findings."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely

from zqland import crs
from zqland.constraints import ConstraintLayer, ConstraintRule, Side
from zqland.findings import Finding, Severity
from zqland.text import Text
from zqland_geodata.constraint_checks import check_constraints

EAST, NORTH = 38_400_000, 2_560_000


def found(rule: ConstraintRule, *, side: Side = Side.INSIDE) -> list[Finding]:
    lot = shapely.box(EAST, NORTH, EAST + 100, NORTH + 100)
    home = gpd.GeoSeries([lot], index=["A-1"])
    parcels = gpd.GeoDataFrame(
        {"home_geometry": home, "home_zone": 4526},
        geometry=crs.to_geographic(home, 4526),
    )
    strip = shapely.box(EAST - 50, NORTH - 50, EAST + 20, NORTH + 150)
    layer = ConstraintLayer(
        key="red_line",
        text=Text(en="red line", zh="生态保护红线"),
        rule=rule,
        side=side,
        shapes=gpd.GeoSeries([strip], crs=4526),
    )
    return list(check_constraints(parcels, [layer]))


@pytest.mark.parametrize(
    ("rule", "code", "severity"),
    [
        (ConstraintRule.FORBID, "constraint.forbidden", Severity.ERROR),
        (ConstraintRule.WARN, "constraint.warning", Severity.WARNING),
        (ConstraintRule.DEDUCT, "constraint.deducted", Severity.INFO),
    ],
)
def test_each_rule_has_its_finding(
    rule: ConstraintRule, code: str, severity: Severity
) -> None:
    (finding,) = found(rule)
    assert (finding.record, finding.rule, finding.severity) == ("A-1", code, severity)
    assert finding.value == "2,000.00 m²"


def test_the_finding_says_how_much_lies_where() -> None:
    (finding,) = found(ConstraintRule.FORBID)
    assert finding.message.en == (
        "2,000.00 m² (20.0 %) of the parcel lies in the red line, "
        "where no parcel may lie"
    )
    assert finding.message.zh == (
        "地块有2,000.00 平方米（20.0%）位于生态保护红线内，该处禁止占用"
    )


def test_what_lies_outside_is_said_to_lie_outside() -> None:
    (finding,) = found(ConstraintRule.WARN, side=Side.OUTSIDE)
    assert "8,000.00 m² (80.0 %) of the parcel lies outside the red line" in (
        finding.message.en
    )
