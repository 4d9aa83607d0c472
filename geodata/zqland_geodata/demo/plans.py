"""Where the fictional blocks lie and how they are parted.

Middle points are chosen near the points of the parks, inside the true district and
on open ground of the drawing, not of the world: the parcels describe no real land.
"""

from __future__ import annotations

from dataclasses import dataclass

from zqland_geodata.demo.blocks import Edge

ZONE_37 = 4525
"""CGCS2000 3-degree zone 37, central meridian 111° E, with the zone in the easting."""

ZONE_38 = 4526
"""CGCS2000 3-degree zone 38, central meridian 114° E, with the zone in the easting."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The street grid of one group of blocks.

    Attributes
    ----------
    park_id
        The park that it belongs to.
    label
        What its parcels are called after.
    zone
        EPSG code of the home zone.
    lon, lat
        Middle of the drawing board, degrees of CGCS2000.
    turn_deg
        Direction of the main street, counter-clockwise from east.
    columns_m
        Lengths of the blocks along the main street.
    rows_m
        Depths of the blocks across it.
    bend_m
        Radius of the main street's curve; 0 for straight.
    lot_mu
        Middle size of a lot.
    gaps
        Blocks, as (column, row), that hold no industry: housing, water, a hill.
    whole
        Blocks, as (column, row), kept whole for one very large plant.
    edges
        A river bank or a motorway that cuts lots off.
    first_key
        Letter of the first block.
    """

    park_id: str
    label: str
    zone: int
    lon: float
    lat: float
    turn_deg: float
    columns_m: tuple[float, ...]
    rows_m: tuple[float, ...]
    bend_m: float = 0.0
    lot_mu: float = 48.0
    gaps: tuple[tuple[int, int], ...] = ()
    whole: tuple[tuple[int, int], ...] = ()
    edges: tuple[Edge, ...] = ()
    first_key: str = "A"


STREET_M = 26.0
"""Width of a street between two blocks, in metres."""

AVENUE_M = 48.0
"""Width of the main street and of the street that crosses it, in metres."""

PLANS = (
    Plan(
        park_id="GXQ",
        label="大旺",
        zone=ZONE_38,
        lon=112.8300,
        lat=23.3150,
        turn_deg=-14.0,
        columns_m=(430.0, 520.0, 380.0, 600.0, 440.0, 500.0),
        rows_m=(300.0, 340.0, 590.0, 320.0, 290.0),
        bend_m=7000.0,
        lot_mu=50.0,
        gaps=((2, 1), (5, 4)),
        whole=((3, 2),),
        edges=(Edge(-0.22, 1.0, 1090.0),),
    ),
    Plan(
        park_id="JJQ-DS",
        label="大沙",
        zone=ZONE_38,
        lon=112.7850,
        lat=23.2850,
        turn_deg=22.0,
        columns_m=(520.0, 690.0, 450.0, 580.0, 430.0),
        rows_m=(320.0, 700.0, 340.0, 300.0, 330.0),
        bend_m=-5200.0,
        lot_mu=58.0,
        gaps=((0, 4), (3, 3)),
        whole=((1, 1), (3, 1)),
        edges=(Edge(0.9, 0.5, 1560.0),),
    ),
    Plan(
        park_id="JJQ-LF",
        label="莲富",
        zone=ZONE_38,
        lon=112.7350,
        lat=23.2075,
        turn_deg=38.0,
        columns_m=(460.0, 540.0, 420.0, 380.0, 450.0),
        rows_m=(300.0, 420.0, 300.0, 320.0),
        bend_m=4300.0,
        lot_mu=48.0,
        gaps=((1, 0),),
        edges=(Edge(-0.6, -1.0, 1180.0),),
    ),
    Plan(
        park_id="JINLI",
        label="金利",
        zone=ZONE_38,
        lon=112.7690,
        lat=23.0860,
        turn_deg=-31.0,
        columns_m=(360.0, 430.0),
        rows_m=(300.0, 380.0),
        lot_mu=36.0,
        edges=(Edge(1.0, 0.8, 600.0),),
    ),
    Plan(
        park_id="JINLI",
        label="金利",
        zone=ZONE_38,
        lon=112.7860,
        lat=23.0960,
        turn_deg=-22.0,
        columns_m=(420.0, 400.0, 280.0),
        rows_m=(300.0, 440.0),
        bend_m=3600.0,
        lot_mu=40.0,
        first_key="E",
    ),
    Plan(
        park_id="JINLI",
        label="金利",
        zone=ZONE_38,
        lon=112.7760,
        lat=23.1100,
        turn_deg=9.0,
        columns_m=(430.0, 520.0, 350.0),
        rows_m=(300.0, 320.0, 280.0),
        lot_mu=40.0,
        gaps=((2, 2),),
        first_key="L",
    ),
    Plan(
        park_id="XQ-LG",
        label="临港",
        zone=ZONE_38,
        lon=112.7150,
        lat=23.1500,
        turn_deg=12.0,
        columns_m=(420.0, 500.0, 380.0, 460.0),
        rows_m=(280.0, 330.0, 300.0, 290.0),
        bend_m=6100.0,
        lot_mu=44.0,
        edges=(Edge(0.12, -1.0, 630.0),),
    ),
    Plan(
        park_id="SH",
        label="四会",
        zone=ZONE_38,
        lon=112.7000,
        lat=23.3750,
        turn_deg=-6.0,
        columns_m=(400.0, 460.0, 380.0, 420.0),
        rows_m=(300.0, 520.0, 280.0, 310.0),
        bend_m=-3900.0,
        lot_mu=44.0,
        gaps=((0, 2),),
    ),
    Plan(
        park_id="GY",
        label="高要",
        zone=ZONE_37,
        lon=112.4915,
        lat=22.9800,
        turn_deg=0.0,
        columns_m=(360.0, 420.0),
        rows_m=(280.0, 330.0),
        lot_mu=42.0,
    ),
    Plan(
        park_id="GY",
        label="高要",
        zone=ZONE_38,
        lon=112.5085,
        lat=22.9800,
        turn_deg=0.0,
        columns_m=(420.0, 360.0),
        rows_m=(280.0, 330.0),
        lot_mu=42.0,
        first_key="E",
    ),
    Plan(
        park_id="GN",
        label="横山",
        zone=ZONE_37,
        lon=112.4650,
        lat=23.6000,
        turn_deg=53.0,
        columns_m=(340.0, 390.0),
        rows_m=(260.0, 300.0, 240.0),
        bend_m=2300.0,
        lot_mu=34.0,
    ),
    Plan(
        park_id="HJ",
        label="怀集",
        zone=ZONE_37,
        lon=112.2000,
        lat=23.9200,
        turn_deg=-40.0,
        columns_m=(400.0, 430.0),
        rows_m=(280.0, 310.0),
        bend_m=2900.0,
        lot_mu=36.0,
    ),
    Plan(
        park_id="FK",
        label="封开",
        zone=ZONE_37,
        lon=111.5200,
        lat=23.4200,
        turn_deg=17.0,
        columns_m=(330.0, 370.0),
        rows_m=(260.0, 250.0),
        lot_mu=32.0,
    ),
    Plan(
        park_id="DQ",
        label="悦城",
        zone=ZONE_37,
        lon=111.8000,
        lat=23.1500,
        turn_deg=-11.0,
        columns_m=(340.0, 310.0),
        rows_m=(250.0, 260.0),
        bend_m=-2100.0,
        lot_mu=32.0,
    ),
    Plan(
        park_id="DZ",
        label="双龙",
        zone=ZONE_37,
        lon=112.4300,
        lat=23.0900,
        turn_deg=27.0,
        columns_m=(290.0, 310.0),
        rows_m=(230.0, 250.0),
        lot_mu=26.0,
    ),
    Plan(
        park_id="DH",
        label="鼎湖",
        zone=ZONE_38,
        lon=112.6600,
        lat=23.1900,
        turn_deg=-19.0,
        columns_m=(310.0, 330.0),
        rows_m=(250.0, 240.0),
        lot_mu=30.0,
    ),
)
"""The street grids of the demonstration city."""
