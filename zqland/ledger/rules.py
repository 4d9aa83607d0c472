"""How the ledger looks ahead, read from ``ledger.toml``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zqland.catalogues.document import CatalogueDocument

_KEYS = ("zh", "en", "late_quantile", "fewest_facts", "source")


@dataclass(frozen=True, slots=True)
class LedgerRules:
    """How the ledger looks ahead.

    Attributes
    ----------
    late_quantile
        Share of the facts done so far that were not later than the low end of a
        forecast assumes.
    fewest_facts
        Facts that are needed to tell how late facts come.
    source
        Where the figures come from.
    """

    late_quantile: float
    fewest_facts: int
    source: str


def parse(document: CatalogueDocument) -> LedgerRules:
    """Read the rules from ``ledger.toml``.

    Parameters
    ----------
    document
        The document.

    Returns
    -------
    rules
        The checked rules.

    Raises
    ------
    CatalogueError
        An entry has a fault; the message names the line.
    """
    entry = document.root.allow("forecast").section("forecast").allow(*_KEYS)
    entry.label()
    return LedgerRules(
        late_quantile=entry.number("late_quantile", minimum=0, maximum=1),
        fewest_facts=entry.integer("fewest_facts", minimum=1),
        source=entry.source(),
    )
