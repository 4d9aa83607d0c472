"""Write the evidence of parks and assessed areas, which their parcels inherit."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from zqland_geodata.demo.facts import COLUMNS
from zqland_geodata.demo.lots import START_ZONES_AREA

ASSESSMENTS = (
    "assessment_minerals",
    "assessment_environment",
    "assessment_energy",
    "assessment_geology",
    "assessment_seismic",
    "assessment_climate",
    "assessment_flood",
    "assessment_water_resources",
    "assessment_soil",
    "assessment_heritage",
    "assessment_lightning",
)
"""The eleven regional assessments."""

_VALID_YEARS = 5


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact of a park or an area; days as ``YYYY-MM-DD``, ``""`` for none."""

    kind: str
    subject: str
    item: str
    done: str = ""
    due: str = ""
    expires: str = ""
    value: float | None = None
    unit: str = ""


def park_facts() -> pd.DataFrame:
    """Write the facts of the parks and of the assessed areas.

    Returns
    -------
    facts
        Facts with the columns of `zqland_geodata.demo.facts.COLUMNS`.
    """
    facts = [*_utilities(), *_assessments()]
    table = pd.DataFrame(
        {
            "key": [
                f"{fact.subject}/{fact.item}/{fact.done or fact.due}" for fact in facts
            ],
            "subject_kind": [fact.kind for fact in facts],
            "subject_id": [fact.subject for fact in facts],
            "item": [fact.item for fact in facts],
            "done_on": _days([fact.done for fact in facts]),
            "due_on": _days([fact.due for fact in facts]),
            "expires_on": _days([fact.expires for fact in facts]),
            "value": pd.Series([fact.value for fact in facts], dtype="float64"),
            "unit": [fact.unit or None for fact in facts],
            "document": [
                f"示范{'评估' if fact.item.startswith('assessment') else '配套'}文件 "
                f"{fact.subject}"
                for fact in facts
            ],
            "recorded_by": "示范登记员",
        }
    )
    return table.reindex(columns=list(COLUMNS))


def _days(days: list[str]) -> pd.Series[pd.Timestamp]:
    return pd.Series(pd.to_datetime(days, format="%Y-%m-%d")).astype("datetime64[s]")


_CONNECTIONS = (
    # park, item, done, due, value, unit
    ("GXQ", "telecom", "2012-05-10", "", None, ""),
    ("GXQ", "storm", "2013-03-20", "", None, ""),
    ("GXQ", "industrial_sewage", "2014-08-15", "", 60000.0, "m3/day"),
    ("GXQ", "gas", "2015-06-01", "", 20000.0, "m3/h"),
    ("GXQ", "transit", "2016-01-05", "", None, ""),
    ("GXQ", "heat", "2018-11-20", "", 240.0, "t/h"),
    ("JJQ-DS", "telecom", "2021-09-15", "", None, ""),
    ("JJQ-DS", "storm", "2021-12-10", "", None, ""),
    ("JJQ-DS", "industrial_sewage", "2022-06-30", "", 30000.0, "m3/day"),
    ("JJQ-DS", "gas", "2022-08-20", "", 12000.0, "m3/h"),
    ("JJQ-DS", "transit", "2022-12-01", "", None, ""),
    ("JJQ-DS", "heat", "", "2024-03-31", 150.0, "t/h"),
    ("JJQ-LF", "telecom", "2022-03-15", "", None, ""),
    ("JJQ-LF", "storm", "2022-09-30", "", None, ""),
    ("JJQ-LF", "industrial_sewage", "", "2023-11-30", 20000.0, "m3/day"),
    ("JJQ-LF", "gas", "2023-04-18", "", 8000.0, "m3/h"),
    ("JJQ-LF", "transit", "", "2023-12-31", None, ""),
    ("JINLI", "telecom", "2014-04-01", "", None, ""),
    ("JINLI", "storm", "2015-05-10", "", None, ""),
    ("JINLI", "industrial_sewage", "2017-07-20", "", 25000.0, "m3/day"),
    ("JINLI", "gas", "2018-10-15", "", 15000.0, "m3/h"),
    ("JINLI", "transit", "2019-02-01", "", None, ""),
    ("JINLI", "heat", "2021-06-30", "", 80.0, "t/h"),
    ("XQ-LG", "telecom", "2019-08-01", "", None, ""),
    ("XQ-LG", "storm", "2020-04-15", "", None, ""),
    ("XQ-LG", "industrial_sewage", "2020-11-30", "", 25000.0, "m3/day"),
    ("XQ-LG", "gas", "2021-05-20", "", 10000.0, "m3/h"),
    ("XQ-LG", "transit", "2021-09-01", "", None, ""),
    ("XQ-LG", "heat", "2022-10-10", "", 120.0, "t/h"),
    ("SH", "telecom", "2011-03-01", "", None, ""),
    ("SH", "storm", "2012-06-15", "", None, ""),
    ("SH", "industrial_sewage", "2013-09-30", "", 40000.0, "m3/day"),
    ("SH", "gas", "2016-04-20", "", 12000.0, "m3/h"),
    ("SH", "transit", "2017-01-01", "", None, ""),
    ("SH", "heat", "2017-12-15", "", 200.0, "t/h"),
    ("GY", "telecom", "2022-02-20", "", None, ""),
    ("GY", "storm", "2022-07-31", "", None, ""),
    ("GY", "industrial_sewage", "2022-12-20", "", 15000.0, "m3/day"),
    ("GY", "gas", "2023-03-10", "", 6000.0, "m3/h"),
    ("GY", "heat", "", "2024-06-30", 100.0, "t/h"),
    ("GN", "telecom", "2018-05-01", "", None, ""),
    ("GN", "drain", "2018-12-01", "", None, ""),
    ("GN", "gas", "", "2024-05-31", 3000.0, "m3/h"),
    ("HJ", "telecom", "2017-06-01", "", None, ""),
    ("HJ", "storm", "2018-09-01", "", None, ""),
    ("HJ", "industrial_sewage", "2019-11-15", "", 10000.0, "m3/day"),
    ("HJ", "gas", "2022-05-20", "", 3000.0, "m3/h"),
    ("FK", "telecom", "2019-04-01", "", None, ""),
    ("FK", "drain", "2020-06-01", "", None, ""),
    ("DQ", "telecom", "2016-10-01", "", None, ""),
    ("DQ", "drain", "2017-08-15", "", None, ""),
    ("DQ", "gas", "2023-01-15", "", 4000.0, "m3/h"),
    ("DZ", "telecom", "2010-01-01", "", None, ""),
    ("DZ", "drain", "2010-06-01", "", None, ""),
    ("DZ", "gas", "2013-03-01", "", 6000.0, "m3/h"),
    ("DZ", "transit", "2010-01-01", "", None, ""),
    ("DH", "telecom", "2012-01-01", "", None, ""),
    ("DH", "drain", "2013-06-01", "", None, ""),
    ("DH", "gas", "2016-03-01", "", 5000.0, "m3/h"),
)


def _utilities() -> list[Fact]:
    return [
        Fact("park", park, item, done=done, due=due, value=value, unit=unit)
        for park, item, done, due, value, unit in _CONNECTIONS
    ]


_ROUNDS = (
    # kind, subject, day of the first assessment, days between two of them
    ("park", "GXQ", "2019-03-20", 14),
    ("area", START_ZONES_AREA, "2021-10-08", 11),
    ("area", "JINLI-QP1", "2020-11-02", 9),
    ("area", "JINLI-QP2", "2020-11-02", 9),
    ("area", "JINLI-QP3", "2020-04-06", 9),
    ("park", "XQ-LG", "2021-06-15", 12),
    ("park", "SH", "2020-06-01", 8),
    ("area", "GY-QP1", "2022-08-22", 15),
)
"""Rounds of the eleven assessments: all done, valid for five years."""

_SPECIAL = (
    # kind, subject, item, done, due, expires
    # renewed in time: the run is unbroken
    ("park", "GXQ", "assessment_environment", "2019-04-03", "", "2022-04-02"),
    ("park", "GXQ", "assessment_environment", "2022-03-15", "", "2027-03-14"),
    ("park", "GXQ", "assessment_water_resources", "2019-07-10", "", "2022-07-09"),
    ("park", "GXQ", "assessment_water_resources", "2022-07-10", "", "2025-07-09"),
    # renewed late: standard land of earlier years was none for seven weeks
    ("park", "SH", "assessment_water_resources", "2020-06-15", "", "2023-06-14"),
    ("park", "SH", "assessment_water_resources", "2023-08-01", "", "2026-07-31"),
    # lapsed and not yet renewed
    ("area", "JINLI-QP3", "assessment_geology", "2020-05-01", "", "2023-07-31"),
    ("area", "JINLI-QP3", "assessment_geology", "", "2023-11-15", "2026-11-14"),
    # begun, the rest is due
    ("area", "GY-QP2", "assessment_minerals", "2023-02-20", "", ""),
    ("area", "GY-QP2", "assessment_environment", "", "2023-12-20", ""),
    ("park", "HJ", "assessment_minerals", "2022-05-16", "", ""),
    ("park", "HJ", "assessment_geology", "2022-06-20", "", "2027-06-19"),
    ("park", "HJ", "assessment_flood", "", "2024-02-28", ""),
    ("park", "GN", "assessment_environment", "2021-09-13", "", "2026-09-12"),
    ("park", "DZ", "assessment_heritage", "2020-03-18", "", ""),
)


def _assessments() -> list[Fact]:
    special = {(subject, item) for _, subject, item, *_ in _SPECIAL}
    facts = []
    for kind, subject, first, step in _ROUNDS:
        for number, item in enumerate(ASSESSMENTS):
            if (subject, item) in special:
                continue
            day = pd.Timestamp(first) + pd.Timedelta(days=number * step)
            last = day + pd.DateOffset(years=_VALID_YEARS) - pd.Timedelta(days=1)
            facts.append(
                Fact(
                    kind,
                    subject,
                    item,
                    done=f"{day:%Y-%m-%d}",
                    expires=f"{last:%Y-%m-%d}",
                )
            )
    facts += [
        Fact(kind, subject, item, done=done, due=due, expires=expires)
        for kind, subject, item, done, due, expires in _SPECIAL
    ]
    return facts
