"""The conditions that figures hold under: every output carries them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from zqland.areas import Method
from zqland.text import Language, Text
from zqland.units import UNIT_TEXTS, Unit

FICTIONAL = Text(
    en="Demonstration data: parcels and projects are fictional.",
    zh="演示数据：地块与项目均为虚构。",
)
"""What every output made from the demonstration city says."""

_LEDGER = Text(en="{line} Ledger version {version}.", zh="{line}台账第 {version} 版。")

METHOD_TEXTS: dict[Method, Text] = {
    Method.PLANAR: Text(en="planar area (home zone)", zh="平面面积（本位带）"),
    Method.ELLIPSOID: Text(en="ellipsoidal area", zh="椭球面积"),
    Method.ELLIPSOID_OFFICIAL: Text(
        en="ellipsoidal area by the survey rules", zh="椭球面积（调查规程）"
    ),
    Method.GEODESIC: Text(en="geodesic area", zh="测地线面积"),
    Method.DECLARED: Text(en="declared area", zh="批准（申报）面积"),
}
"""The methods of areas in words."""


@dataclass(frozen=True, slots=True)
class About:
    """What figures refer to.

    Attributes
    ----------
    on
        The as-of date.
    basis
        The method of the areas.
    unit
        The unit of the areas.
    catalogue_hash
        Which rules were used.
    fictional
        Whether the records describe no real ground.
    store
        The store that they are kept in, without its password; empty for files.
    ledger_version
        The last revision of the store that counts; None for files.
    """

    on: dt.date
    basis: Method
    unit: Unit
    catalogue_hash: str
    fictional: bool
    store: str = ""
    ledger_version: int | None = None

    def to_dict(self, language: Language | str) -> dict[str, Any]:
        """Return the conditions for JSON."""
        members: dict[str, Any] = self.columns()
        if self.fictional:
            members["note"] = FICTIONAL.in_language(language)
        return members

    def columns(self) -> dict[str, Any]:
        """Return the conditions as columns for programs."""
        columns: dict[str, Any] = {
            "on": self.on.isoformat(),
            "basis": self.basis.value,
            "unit": self.unit.value,
            "catalogue_hash": self.catalogue_hash,
            "fictional": self.fictional,
        }
        if self.ledger_version is not None:
            columns["ledger_version"] = self.ledger_version
        if self.store:
            columns["store"] = self.store
        return columns

    def rows(self, language: Language | str) -> list[tuple[str, str]]:
        """Return the conditions as headings and values for readers."""
        pairs = [
            (Text(en="As of", zh="截至日期"), self.on.isoformat()),
            (
                Text(en="Areas", zh="面积口径"),
                METHOD_TEXTS[self.basis].in_language(language),
            ),
            (Text(en="Unit", zh="单位"), UNIT_TEXTS[self.unit].in_language(language)),
            (Text(en="Rules", zh="规则版本"), self.catalogue_hash),
        ]
        if self.ledger_version is not None:
            version = f"{self.ledger_version}"
            pairs.append((Text(en="Ledger version", zh="台账版本"), version))
        if self.store:
            pairs.append((Text(en="Store", zh="台账库"), self.store))
        rows = [(heading.in_language(language), value) for heading, value in pairs]
        if self.fictional:
            heading = Text(en="Note", zh="注意").in_language(language)
            rows.append((heading, FICTIONAL.in_language(language)))
        return rows

    @property
    def sentence(self) -> Text:
        """The conditions as one line."""
        line = Text(
            en="As of {on}; {basis}; rules {rules}.",
            zh="截至 {on}；{basis}；规则 {rules}。",
        ).format(on=self.on, basis=METHOD_TEXTS[self.basis], rules=self.catalogue_hash)
        if self.ledger_version is not None:
            line = _LEDGER.format(line=line, version=self.ledger_version)
        if not self.fictional:
            return line
        both = Text(en="{line} {fictional}", zh="{line}{fictional}")
        return both.format(line=line, fictional=FICTIONAL)
