"""Field maps that say what the columns of a written file are."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from zqland_geodata.fieldmap import known_columns

if TYPE_CHECKING:
    from collections.abc import Mapping


_TITLE = "# Which column is what, for zqland. 各列含义，供 zqland 读取。"


def field_map(columns: Mapping[str, str], *, home_zone: int | None = None) -> str:
    r"""Return a field map for a file of parcels, as TOML.

    Parameters
    ----------
    columns
        Key of ``columns.csv`` by the name of the column in the file.
    home_zone
        EPSG code of the plane of all parcels, if they share one.

    Returns
    -------
    text
        What `zqland_geodata.fieldmap.FieldMap.parse` reads.

    Examples
    --------
    >>> print(field_map({"批准面积": "declared_m2"}, home_zone=4526))
    # Which column is what, for zqland. 各列含义，供 zqland 读取。
    [parcels]
    home_zone = 4526
    <BLANKLINE>
    [parcels.columns]
    declared_m2 = { column = "批准面积", unit = "m2" }
    <BLANKLINE>
    """
    lines = [
        "# Which column is what, for zqland. 各列含义，供 zqland 读取。",
        "[parcels]",
    ]
    if home_zone is not None:
        lines.append(f"home_zone = {home_zone}")
    lines += ["", "[parcels.columns]"]
    known = known_columns("parcels")
    for name, key in columns.items():
        kind, unit = known[key]
        # A JSON text is a TOML text where no letter beyond the first plane is escaped.
        source = json.dumps(name, ensure_ascii=False)
        if kind == "number" and unit:
            source = f"{{ column = {source}, unit = {json.dumps(unit)} }}"
        lines.append(f"{key} = {source}")
    return "\n".join([*lines, ""])
