"""What placing a project is worth, read from ``portfolio.toml``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zqland.units import Unit, to_m2

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zqland.catalogues.document import CatalogueDocument, Section
    from zqland.needs import Need

_WORTH: Final = ("per_project", "per_100_mu", "per_100m_yuan", "per_10m_yuan_tax")
_LISTS: Final = ("actual_investment", "assault", "excel")
_MU_100_M2: Final = to_m2(100.0, Unit.MU)
_WAN_PER_100M: Final = 10_000.0
_WAN_PER_10M: Final = 1_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PortfolioRules:
    """What placing a project is worth, in points.

    Attributes
    ----------
    per_project, per_100_mu, per_100m_yuan, per_10m_yuan_tax
        Points for being placed, per 100 mu of the ideal area, per 100 million yuan of
        fixed investment, per 10 million yuan of yearly tax.
    lists
        Factor by list of projects.
    quality_share
        Share of the worth that depends on the score of the lot.
    carved
        Factor on that share for a lot that has to be cut first.
    room_m2
        What lots cut from a parcel leave of it at least, in square metres.
    """

    per_project: float
    per_100_mu: float
    per_100m_yuan: float
    per_10m_yuan_tax: float
    lists: Mapping[str, float]
    quality_share: float
    carved: float
    room_m2: float

    def worth(self, need: Need) -> float:
        """Return what it is worth that a project is placed, in points.

        Parameters
        ----------
        need
            What it asks for, and promises.

        Examples
        --------
        >>> from zqland.catalogues import load_catalogues
        >>> from zqland.needs import Need
        >>> need = Need(project_id="P", area_min_m2=6e4, area_ideal_m2=to_m2(100, "mu"),
        ...             area_max_m2=7e4, fixed_investment_wan=20_000)
        >>> load_catalogues().portfolio.worth(need)
        4.0
        """
        investment = (need.fixed_investment_wan or 0.0) / _WAN_PER_100M
        tax = (need.tax_wan_per_year or 0.0) / _WAN_PER_10M
        return (
            self.per_project
            + self.per_100_mu * need.area_ideal_m2 / _MU_100_M2
            + self.per_100m_yuan * investment
            + self.per_10m_yuan_tax * tax
        )

    def factor(self, lists: str | None) -> float:
        """Return the largest factor of the lists that carry a project.

        Parameters
        ----------
        lists
            Their keys, separated by semicolons; None for none.
        """
        keys = [key.strip() for key in (lists or "").split(";")]
        return max([self.lists[key] for key in keys if key in self.lists], default=1.0)


def parse(document: CatalogueDocument) -> PortfolioRules:
    """Read the rules.

    Parameters
    ----------
    document
        The parsed file.

    Returns
    -------
    rules
        What placing a project is worth.

    Raises
    ------
    CatalogueError
        An entry is missing, unknown or out of its range; the message names the line.

    Examples
    --------
    >>> from zqland.catalogues import load_catalogues
    >>> load_catalogues().portfolio.quality_share
    0.2
    """
    root = document.root.allow("worth", "lists", "quality", "carving")
    worth = _entry(root, "worth", *_WORTH)
    lists = _entry(root, "lists", *_LISTS)
    quality = _entry(root, "quality", "share", "carved")
    carving = _entry(root, "carving", "room_m2")
    points = {key: worth.number(key, minimum=0.0) for key in _WORTH}
    return PortfolioRules(
        **points,
        lists={key: lists.number(key, minimum=0.0) for key in _LISTS},
        quality_share=quality.number("share", minimum=0.0, maximum=1.0),
        carved=quality.number("carved", minimum=0.0, maximum=1.0),
        room_m2=carving.number("room_m2", minimum=0.0),
    )


def _entry(root: Section, name: str, *keys: str) -> Section:
    entry = root.section(name).allow(*keys, "source")
    entry.source()
    return entry
