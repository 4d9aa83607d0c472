"""Leave out facts of a sheet that contradict themselves, and complete the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from zqland import catalogues
from zqland.consistency import correcting_each_other
from zqland.errors import UnitError
from zqland.findings import Severity
from zqland.text import Text
from zqland_geodata.rawtable import rows_where
from zqland_geodata.remarks import NOT_USED, Rule

if TYPE_CHECKING:
    from zqland_geodata.evidence_reading import Reading


def checked(reading: Reading, facts: pd.DataFrame) -> pd.DataFrame:
    """Leave out facts that contradict themselves, and complete the columns."""
    facts = _named(reading, facts)
    is_wrong = facts["expires_on"] < facts["done_on"].fillna(facts["due_on"])
    for place in rows_where(is_wrong):
        expires = f"{facts['expires_on'].iloc[place]:%Y-%m-%d}"
        row = int(facts["row"].iloc[place])
        reading.note(_EXPIRES_FIRST, row, "expires_on", expires)
    is_repeated = facts["evidence_id"].duplicated()
    for place in rows_where(is_repeated):
        row = int(facts["row"].iloc[place])
        reading.note(_REPEATED, row, "evidence_id", facts["evidence_id"].iloc[place])
    facts = facts[~is_wrong & ~is_repeated]
    is_circling = correcting_each_other(facts)
    for place in rows_where(is_circling):
        row = int(facts["row"].iloc[place])
        reading.note(_CIRCLE, row, "supersedes", facts["supersedes"].iloc[place])
    facts = _in_item_units(reading, facts[~is_circling])
    rows = catalogues.columns()
    order = rows.loc[rows["table"] == "evidence", "column"].to_list()
    return facts.reset_index(drop=True)[order]


def _named(reading: Reading, facts: pd.DataFrame) -> pd.DataFrame:
    """Name facts without an id after their place and item."""
    rows = facts.index.to_numpy()
    facts = facts.reset_index(drop=True)
    facts["row"] = rows
    for column in ("evidence_id", "supersedes"):
        if column not in facts:
            facts[column] = pd.Series(None, index=facts.index, dtype="str")
    file = reading.sheet.name.partition("!")[0]
    places = [f"{file}!{reading.sheet.row_places[row]}" for row in rows]
    names = pd.Series(places, index=facts.index, dtype="str") + ":" + facts["item"]
    facts["evidence_id"] = facts["evidence_id"].fillna(names)
    return facts


def _in_item_units(reading: Reading, facts: pd.DataFrame) -> pd.DataFrame:
    """Bring values to the units of their items; an unknown unit is a fault."""
    facts = facts.copy()
    units = facts["unit"].fillna("").astype("str")
    has_value = facts["value"].notna()
    is_wrong = pd.Series(False, index=facts.index)  # noqa: FBT003 - the value
    pairs = facts[has_value].assign(unit=units).groupby(["item", "unit"])
    for pair, group in pairs:
        item, unit = map(str, pair)
        index = group.index
        try:
            factor = reading.words.factor(item, unit)
        except UnitError as error:
            is_wrong[index] = True
            for row in facts.loc[index, "row"]:
                reading.note(_BAD_UNIT, int(row), "unit", unit, reason=error.text)
            continue
        facts.loc[index, "value"] *= factor
        units[index] = reading.words.items[item].unit
    facts["unit"] = units.where(has_value & (units != ""))
    return facts[~is_wrong]


_EXPIRES_FIRST = Rule(
    "evidence.expires_first",
    Severity.ERROR,
    Text(
        en="it expires before it is done or due",
        zh="有效期止于完成（或计划）日期之前",
    ),
    NOT_USED,
)
_CIRCLE = Rule(
    "evidence.circle",
    Severity.ERROR,
    Text(
        en="it corrects itself, alone or through others, so that none would count",
        zh="更正编号循环（更正自身或相互更正），各条均不起作用",
    ),
    NOT_USED,
)
_REPEATED = Rule(
    "id.repeated",
    Severity.ERROR,
    Text(
        en="an earlier fact has the same id",
        zh="佐证编号与前面的记录重复",
    ),
    NOT_USED,
)
_BAD_UNIT = Rule(
    "unit.unknown",
    Severity.ERROR,
    Text(en="{reason}", zh="{reason}"),
    NOT_USED,
)
