"""The steps of a batch of land-use approval, read from ``approvals.toml``."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Final

from zqland.errors import NotFoundError
from zqland.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from zqland.catalogues.document import CatalogueDocument, Section

SUBMITTED: Final = "submitted"
"""The step that is also the date of submission of the batch."""

APPROVED: Final = "approved"
"""The step that is also the date of approval of the batch."""

_KEYS = ("zh", "en", "after", "alongside", "days", "unit", "required", "source")

_CIRCLE = Text(
    en="the steps {found} wait for each other; no step may wait for itself.",
    zh="步骤 {found} 互为前置，任何步骤都不能等待自身。",
)
_NEEDED = Text(
    en="the steps submitted and approved are needed.",
    zh="必须有 submitted（上报）和 approved（批复）两个步骤。",
)
_UNKNOWN = Text(
    en="There is no step {found} of an approval; known are {known}.",
    zh="没有报批步骤 {found}；可用的步骤：{known}。",
)


class DayUnit(StrEnum):
    """How the least time of a step is counted."""

    WORKING = "working"
    CALENDAR = "calendar"


@dataclass(frozen=True, slots=True)
class Step:
    """A step of an approval.

    Attributes
    ----------
    key
        Its key in the catalogue.
    text
        The words for it.
    after
        Steps that must be finished before it may begin.
    alongside
        Steps that must have begun before it may begin.
    days
        Least time that the law asks for; 0 where it can be done in a day.
    unit
        How the days are counted.
    required
        Whether every batch needs it; others count for batches with a row of it.
    source
        Where the rule comes from.
    """

    key: str
    text: Text
    after: tuple[str, ...]
    alongside: tuple[str, ...]
    days: int
    unit: DayUnit
    required: bool
    source: str

    @property
    def before(self) -> tuple[str, ...]:
        """All steps that it depends on."""
        return (*self.after, *self.alongside)


@dataclass(frozen=True, slots=True)
class ApprovalRules:
    """The steps of an approval.

    Attributes
    ----------
    steps
        By their keys, each after all that it depends on.
    """

    steps: Mapping[str, Step]

    def step(self, key: str) -> Step:
        """Return a step.

        Parameters
        ----------
        key
            Its key.

        Returns
        -------
        step
            The step.

        Raises
        ------
        NotFoundError
            There is no such step.
        """
        if key not in self.steps:
            known = ", ".join(self.steps)
            raise NotFoundError(_UNKNOWN.format(found=key, known=known))
        return self.steps[key]

    def words(self, keys: Iterable[str]) -> Text:
        """Name steps, one after the other.

        Parameters
        ----------
        keys
            Their keys.

        Returns
        -------
        words
            Separated by commas.
        """
        texts = [self.step(key).text for key in keys]
        return Text(
            en=", ".join(text.en for text in texts),
            zh="、".join(text.zh for text in texts),
        )


def parse(document: CatalogueDocument) -> ApprovalRules:
    """Read the steps from ``approvals.toml``.

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
        An entry has a fault, or steps wait for each other.
    """
    root = document.root
    known = tuple(root.content)
    steps = {entry.name: _step(entry, known) for entry in root.sections()}
    if not {SUBMITTED, APPROVED} <= set(steps):
        raise root.fault(_NEEDED)
    graph = {key: step.before for key, step in steps.items()}
    try:
        order = list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        found = list(dict.fromkeys(error.args[1]))
        raise root.fault(_CIRCLE.format(found=", ".join(found)), found[0]) from None
    # As in the file wherever the graph allows it: that is how offices list the steps.
    place = {key: number for number, key in enumerate(known)}
    depth: dict[str, int] = {}
    for key in order:
        before = [depth[other] for other in graph[key]]
        depth[key] = max([place[key], *(one + 1 for one in before)])
    ordered = sorted(steps, key=lambda key: (depth[key], place[key]))
    return ApprovalRules({key: steps[key] for key in ordered})


def _step(entry: Section, known: tuple[str, ...]) -> Step:
    entry.allow(*_KEYS)
    units = [unit.value for unit in DayUnit]
    return Step(
        key=entry.name,
        text=entry.label(),
        after=entry.texts("after", choices=known, default=()),
        alongside=entry.texts("alongside", choices=known, default=()),
        days=entry.integer("days", default=0, minimum=0),
        unit=DayUnit(entry.choice("unit", units, default=DayUnit.CALENDAR.value)),
        required=entry.flag("required", default=True),
        source=entry.source(),
    )
