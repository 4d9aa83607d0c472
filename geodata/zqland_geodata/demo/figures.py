"""State the targets of the year and the control indicators of the parks."""

from __future__ import annotations

import pandas as pd

from zqland_geodata.demo.layout import MU_M2

_ARTICLE = "2023年10月10日肇庆发布：打造连片产业“熟地”8800亩、“标准地”3800亩"

_INDICATORS = (
    # park, division, least wan yuan per mu, least wan yuan tax per mu and year
    ("*", "*", 180.0, 8.0),
    ("*", "39", 220.0, 12.0),
    ("*", "38", 220.0, 10.0),
    ("*", "36", 230.0, 12.0),
    ("GXQ", "*", 300.0, 16.0),
    ("GXQ", "36", 350.0, 20.0),
    ("GXQ", "38", 340.0, 18.0),
    ("GXQ", "39", 340.0, 20.0),
    ("GXQ", "27", 320.0, 22.0),
    ("JJQ-DS", "*", 260.0, 14.0),
    ("JJQ-DS", "38", 300.0, 15.0),
    ("JJQ-DS", "36", 300.0, 16.0),
    ("JJQ-LF", "*", 260.0, 14.0),
    ("JJQ-LF", "39", 290.0, 16.0),
    ("XQ-LG", "*", 280.0, 15.0),
    ("XQ-LG", "36", 310.0, 17.0),
    ("JINLI", "*", 240.0, 12.0),
    ("JINLI", "33", 220.0, 11.0),
    ("SH", "*", 220.0, 11.0),
    ("SH", "26", 260.0, 15.0),
    ("GY", "*", 220.0, 10.0),
    ("GY", "38", 250.0, 12.0),
    ("GN", "*", 150.0, 6.0),
    ("HJ", "*", 150.0, 6.0),
    ("FK", "*", 130.0, 5.0),
    ("DQ", "*", 140.0, 5.5),
)


def targets() -> pd.DataFrame:
    """State the targets of 2023.

    Returns
    -------
    targets
        Table *targets* of ``columns.csv``: 8,800 mu of mature and 3,800 mu of
        standard land in the whole city.
    """
    return pd.DataFrame(
        {
            "year": [2023, 2023],
            "predicate": ["mature", "standard"],
            "scope": ["city", "city"],
            "target_m2": [8800 * MU_M2, 3800 * MU_M2],
            "source": [_ARTICLE, _ARTICLE],
        }
    )


def indicators() -> pd.DataFrame:
    """State the control indicators by park and division.

    Returns
    -------
    indicators
        Table *indicators* of ``columns.csv``; fictional figures.
    """
    table = pd.DataFrame(
        _INDICATORS,
        columns=[
            "park_id",
            "sector",
            "intensity_min_wan_per_mu",
            "tax_min_wan_per_mu",
        ],
    )
    return table.assign(source="示范控制指标表（虚构）")
