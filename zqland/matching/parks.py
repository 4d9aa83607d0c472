"""What matching needs to know of the parks: names, sectors, limits per sector.

A reserve has dozens of parks and up to a million parcels, so whatever depends on the
park alone is worked out once per park and taken by the parcels' park codes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from zqland.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

ANY: Final = "*"
"""In the table of indicators: every park, or every division."""


_NO_PARK: Final = Text(en="unknown park", zh="未知园区")


@dataclass(frozen=True, slots=True)
class Limit:
    """One row of the table ``indicators``.

    Attributes
    ----------
    park_id, sector
        What the row is for; ``*`` for all.
    intensity_min_wan_per_mu
        Least fixed investment, 10 000 yuan a mu; None where the row sets none.
    tax_min_wan_per_mu
        Least yearly tax, 10 000 yuan a mu; None where the row sets none.
    """

    park_id: str
    sector: str
    intensity_min_wan_per_mu: float | None
    tax_min_wan_per_mu: float | None


@dataclass(frozen=True, slots=True)
class Parks:
    """The parks of a reserve, as matching sees them.

    Attributes
    ----------
    ids
        Codes of the parks; their places are the parcels' park codes.
    names
        Names by code.
    sectors
        Divisions of GB/T 4754 that each park leads in; None where not known.
    limits
        Rows of the table of indicators, by park and division.
    """

    ids: tuple[str, ...]
    names: Mapping[str, Text]
    sectors: Mapping[str, frozenset[str] | None]
    limits: Mapping[tuple[str, str], Limit]

    @classmethod
    def of(
        cls, parks: pd.DataFrame | None, indicators: pd.DataFrame | None = None
    ) -> Parks:
        """Read the tables ``parks`` (indexed by ``park_id``) and ``indicators``.

        Parameters
        ----------
        parks
            Table of parks; None for none.
        indicators
            Table of control indicators; None for none.

        Returns
        -------
        parks
            What matching needs of them.
        """
        records: dict[str, Mapping[str, Any]] = {}
        if parks is not None:
            rows = parks.drop(columns="geometry", errors="ignore").to_dict("index")
            records = {
                str(park): {str(column): value for column, value in row.items()}
                for park, row in rows.items()
            }
        return cls(
            ids=tuple(sorted(records)),
            names={park: _name(park, row) for park, row in records.items()},
            sectors={park: _sectors(row) for park, row in records.items()},
            limits=_limits(indicators),
        )

    def name(self, park_id: str) -> Text:
        """Return the name of a park; its code where nothing else is known."""
        if not park_id:
            return _NO_PARK
        return self.names.get(park_id) or Text(en=park_id, zh=park_id)

    def limit(self, park_id: str, division: str | None) -> Limit | None:
        """Find the row of the indicators that binds: the most specific one.

        Parameters
        ----------
        park_id
            Code of the park.
        division
            Two digits of GB/T 4754; None for a project without a sector.

        Returns
        -------
        limit
            Row of park and division, else of the park, else of the division, else of
            all; None where no row fits.
        """
        sectors = (ANY,) if division is None else (division, ANY)
        for park in (park_id, ANY):
            for sector in sectors:
                found = self.limits.get((park, sector))
                if found is not None:
                    return found
        return None


def is_missing(value: object) -> bool:
    """Tell whether a cell of a table is empty."""
    if value is None or isinstance(value, float):
        return value is None or math.isnan(value)
    return type(value).__name__ in {"NAType", "NaTType"}


def _name(park_id: str, row: Mapping[str, Any]) -> Text:
    name, name_en = row.get("name"), row.get("name_en")
    zh = park_id if is_missing(name) else str(name)
    return Text(en=zh if is_missing(name_en) else str(name_en), zh=zh)


def _sectors(row: Mapping[str, Any]) -> frozenset[str] | None:
    listed = row.get("sectors")
    if is_missing(listed):
        return None
    codes = (code.strip() for code in str(listed).replace("；", ";").split(";"))
    return frozenset(code for code in codes if code)


def _limits(indicators: pd.DataFrame | None) -> dict[tuple[str, str], Limit]:
    if indicators is None or indicators.empty:
        return {}
    limits = (
        Limit(
            park_id=str(row["park_id"]),
            sector=str(row["sector"]),
            intensity_min_wan_per_mu=_figure(row.get("intensity_min_wan_per_mu")),
            tax_min_wan_per_mu=_figure(row.get("tax_min_wan_per_mu")),
        )
        for row in indicators.to_dict("records")
    )
    return {(limit.park_id, limit.sector): limit for limit in limits}


def _figure(value: object) -> float | None:
    return None if is_missing(value) else float(value)  # type: ignore[arg-type] # a number by its schema
