"""The figures of the panel: by stage, by predicate, by park."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zqland.areas import Method
from zqland.units import format_area
from zqland_maps import words

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from zqland.catalogues import Catalogues
    from zqland.units import Unit


class Figures:
    """Counts and areas of parcels on one basis, written in one unit and language.

    Parameters
    ----------
    parcels
        Parcels of a `zqland.reserve.ReserveState`.
    basis
        The area method that is summed up.
    unit
        Unit of display.
    language
        Language of display.
    is_constrained
        Whether constraint layers were given, so that usable areas say something.
    """

    def __init__(
        self,
        parcels: pd.DataFrame,
        *,
        basis: Method,
        unit: Unit,
        language: str,
        is_constrained: bool = False,
    ) -> None:
        self.parcels = parcels
        self.basis = basis
        self.unit = unit
        self.language = language
        self.is_constrained = is_constrained

    @property
    def areas(self) -> pd.Series[float]:
        """Return the areas on the basis, m²; NaN where unknown."""
        return self.parcels[f"{self.basis}_m2"]

    @property
    def usable_areas(self) -> pd.Series[float]:
        """Return the usable areas on the basis, m²; NaN where unknown."""
        return self.parcels[f"usable_{self.basis}_m2"]

    def area(self, square_metres: float) -> str:
        """Write an area."""
        return format_area(square_metres, self.unit, language=self.language)

    def of(self, members: pd.Series[bool]) -> dict[str, Any]:
        """Count some parcels and sum up their areas; totals are rounded once.

        Parameters
        ----------
        members
            Which parcels.

        Returns
        -------
        figures
            ``count``, ``area``, ``usable_area`` and ``usable``, the same with a word
            before it; the last two are None without constraint layers.
        """
        total = float(self.areas[members].sum())
        return {
            "count": int(members.sum()),
            "area": self.area(total),
            "usable": self.usable(members),
            "usable_area": self._usable_area(members),
        }

    def usable(self, members: pd.Series[bool]) -> str | None:
        """Write the usable area of some parcels, where constraint layers were given.

        Parameters
        ----------
        members
            Which parcels.

        Returns
        -------
        text
            Such as "usable 120.00 mu".
        """
        area = self._usable_area(members)
        if area is None:
            return None
        return words.USABLE.format(area=area).in_language(self.language)

    def _usable_area(self, members: pd.Series[bool]) -> str | None:
        if not self.is_constrained:
            return None
        # What is not known is something: the sum of the others is a lower bound.
        least = "≥ " if (self._is_unusable & members).any() else ""
        return f"{least}{self.area(float(self.usable_areas[members].sum()))}"

    @property
    def _is_unusable(self) -> pd.Series[bool]:
        """Tell of which parcels the area is known, and not the usable part of it."""
        return self.areas.notna() & self.usable_areas.isna()

    def stages(self, catalogues: Catalogues) -> list[dict[str, Any]]:
        """Return the legend, the lowest stage first."""
        rules = catalogues.readiness
        return [
            {
                "key": stage,
                "label": rules.stage_texts[stage].in_language(self.language),
                **self.of(self.parcels["stage"] == stage),
            }
            for stage in rules.stages
        ]

    def ledgers(
        self, catalogues: Catalogues, progress: pd.DataFrame | None
    ) -> list[dict[str, Any]]:
        """Return one ledger for each predicate.

        Parameters
        ----------
        catalogues
            The rules with their words.
        progress
            Progress against the targets (`zqland.acreage.progress`), or None.

        Returns
        -------
        ledgers
            Label, count, area and progress of each predicate.
        """
        texts = catalogues.readiness.predicate_texts
        targets = self._targets(progress)
        return [
            {
                "key": key,
                "label": text.in_language(self.language),
                **self.of(self.parcels[key].astype(bool)),
                "progress": targets.get(key),
            }
            for key, text in texts.items()
        ]

    def parks(
        self, names: Mapping[str, str], places: Mapping[str, list[float]]
    ) -> list[dict[str, Any]]:
        """Return the parks in the order of their table, then ground outside of them."""
        park_ids = self.parcels["park_id"].astype(object)
        listed: dict[str, str] = dict(names)
        for park in park_ids.dropna().unique():
            listed.setdefault(str(park), str(park))
        rows = [
            {
                "id": park,
                "label": name,
                "place": places.get(park),
                **self.of(park_ids == park),
            }
            for park, name in listed.items()
        ]
        outside = park_ids.isna()
        if outside.any():
            label = words.page_words(self.language, public=True)["no_park"]
            rows.append({"id": None, "label": label, "place": None, **self.of(outside)})
        return rows

    def lacking(self) -> str | None:
        """Say how many parcels lack an area on the basis, and how large they are."""
        missing = self.areas.isna()
        if not missing.any():
            return None
        planar = float(self.parcels.loc[missing, f"{Method.PLANAR}_m2"].sum())
        text = words.LACKING.format(
            count=f"{int(missing.sum()):,}",
            basis=words.METHOD_TEXTS[self.basis],
            area=self.area(planar),
        )
        return text.in_language(self.language)

    def usable_lacking(self) -> str | None:
        """Say of how many parcels the usable part of the area is not known."""
        if not self.is_constrained or not self._is_unusable.any():
            return None
        missing = self._is_unusable
        planar = float(self.parcels.loc[missing, f"usable_{Method.PLANAR}_m2"].sum())
        text = words.USABLE_LACKING.format(
            count=f"{int(missing.sum()):,}",
            basis=words.METHOD_TEXTS[self.basis],
            area=self.area(planar),
        )
        return text.in_language(self.language)

    def _targets(self, progress: pd.DataFrame | None) -> dict[str, Any]:
        if progress is None:
            return {}
        city = (
            progress[progress["scope"] == "city"] if "scope" in progress else progress
        )
        return {
            str(row["predicate"]): {
                "share": float(row["share"]),
                "text": words.PROGRESS.format(
                    year=row["year"],
                    done=self.area(float(row["done_m2"])),
                    target=self.area(float(row["target_m2"])),
                    share=f"{100 * float(row['share']):.1f}",
                ).in_language(self.language),
            }
            for _, row in city.iterrows()
        }
