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
    """

    def __init__(
        self, parcels: pd.DataFrame, *, basis: Method, unit: Unit, language: str
    ) -> None:
        self.parcels = parcels
        self.basis = basis
        self.unit = unit
        self.language = language

    @property
    def areas(self) -> pd.Series[float]:
        """Return the areas on the basis, m²; NaN where unknown."""
        return self.parcels[f"{self.basis}_m2"]

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
            ``count`` and ``area``.
        """
        total = float(self.areas[members].sum())
        return {"count": int(members.sum()), "area": self.area(total)}

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
