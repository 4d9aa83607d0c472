"""The rule of idle land, read from ``idle.toml``."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from zqland.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zqland.catalogues.document import CatalogueDocument

_KEYS = (
    "zh",
    "en",
    "idle_years",
    "recovery_years",
    "fee_share",
    "warn_days",
    "developed_share",
    "invested_share",
    "suspended",
    "source",
)


class IdleState(StrEnum):
    """How a contract stands against the rule of idle land."""

    OK = "ok"
    WARN = "warn"
    SUSPECTED = "suspected_idle"
    IDLE_1Y = "idle_1y"
    IDLE_2Y = "idle_2y"
    NOT_APPLICABLE = "not_applicable"


STATE_TEXTS: Final[Mapping[IdleState, Text]] = {
    IdleState.OK: Text(en="in order", zh="正常"),
    IdleState.WARN: Text(en="soon idle", zh="即将闲置"),
    IdleState.SUSPECTED: Text(en="suspected idle", zh="疑似闲置"),
    IdleState.IDLE_1Y: Text(en="idle for a year", zh="闲置满一年"),
    IdleState.IDLE_2Y: Text(en="idle for two years", zh="闲置满两年"),
    IdleState.NOT_APPLICABLE: Text(en="not applicable", zh="不适用"),
}
"""The words for the states."""


@dataclass(frozen=True, slots=True)
class IdleRules:
    """When supplied land is idle.

    Attributes
    ----------
    idle_years, recovery_years
        Years of delay after which it is idle, and after which it may be taken back.
    fee_share
        Share of the price that is the fee.
    warn_days
        From how many days before it is idle an office is warned.
    developed_share, invested_share
        Least shares of the area due and of the agreed investment where works stopped.
    suspended_is_idle
        Whether land with stopped works is treated as land without works; where not,
        it is suspected only.
    source
        Where the rule comes from.
    """

    idle_years: int
    recovery_years: int
    fee_share: float
    warn_days: int
    developed_share: float
    invested_share: float
    suspended_is_idle: bool
    source: str


def parse(document: CatalogueDocument) -> IdleRules:
    """Read the rule from ``idle.toml``.

    Parameters
    ----------
    document
        The document.

    Returns
    -------
    rules
        The checked rule.

    Raises
    ------
    CatalogueError
        An entry has a fault; the message names the line.
    """
    rule = document.root.allow("rule").section("rule").allow(*_KEYS)
    rule.label()
    idle_years = rule.integer("idle_years", minimum=1)
    return IdleRules(
        idle_years=idle_years,
        recovery_years=rule.integer("recovery_years", minimum=idle_years),
        fee_share=rule.number("fee_share", minimum=0, maximum=1),
        warn_days=rule.integer("warn_days", minimum=0),
        developed_share=rule.number("developed_share", minimum=0, maximum=1),
        invested_share=rule.number("invested_share", minimum=0, maximum=1),
        suspended_is_idle=rule.choice("suspended", ("idle", "suspected")) == "idle",
        source=rule.source(),
    )
