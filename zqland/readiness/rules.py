"""The rules of readiness as objects, read from their catalogues."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from zqland.errors import NotFoundError
from zqland.text import Text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from zqland.catalogues.document import CatalogueDocument, Section

PREDICATES = ("serviced", "clean", "mature", "standard")
"""The predicates in their order; the catalogue says what each of them asks for."""

RAW = "raw"
"""The stage of ground for which no predicate of the ladder is true."""

CAPACITIES = (
    "power_mva",
    "water_m3_per_day",
    "gas_m3_per_hour",
    "steam_t_per_hour",
    "sewage_m3_per_day",
)
"""What the utilities of a parcel can carry; the unit stands in the name."""

UTILITY = "utility"
"""The kind of items that the column ``utilities`` lists."""

ITEM_LIMIT = 62
"""How many items the rules may name: one bit of a 64-bit word each."""


@dataclass(frozen=True, slots=True)
class Item:
    """Something that evidence can be recorded about.

    Attributes
    ----------
    key
        Its key in the catalogue.
    text
        The words for it.
    kind
        Key of its kind: utility, ground, right, assessment, indicator, commitment.
    unit
        Unit of its value; empty if it has none.
    capacity
        One of `CAPACITIES` in which its value is reported, or empty.
    factors
        Factor from each unit that may stand in records to ``unit``.
    aliases
        Other names in office sheets.
    source
        Where it comes from.
    """

    key: str
    text: Text
    kind: str
    unit: str
    capacity: str
    factors: Mapping[str, float]
    aliases: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True)
class UtilitySet:
    """A set of utilities that together have a name (N通一平).

    Attributes
    ----------
    key
        Its key in the catalogue.
    text
        The words for it.
    items
        Keys of the items, all needed.
    source
        Where it comes from.
    """

    key: str
    text: Text
    items: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Implication:
    """Facts that together stand for another fact.

    Attributes
    ----------
    given
        Keys of the items that must all be valid.
    then
        Key of the item that is then valid too.
    source
        Where it comes from.
    """

    given: tuple[str, ...]
    then: str
    source: str


@dataclass(frozen=True, slots=True)
class Predicate:
    """What makes ground serviced, clean, mature or standard.

    Attributes
    ----------
    key
        One of `PREDICATES`.
    text
        The words for it.
    groups
        It is true where from each group at least one list of items is valid as a
        whole. What other predicates and utility sets ask for is written out here.
    source
        Where it comes from.
    """

    key: str
    text: Text
    groups: tuple[tuple[tuple[str, ...], ...], ...]
    source: str


@dataclass(frozen=True, slots=True)
class ReadinessRules:
    """All rules by which readiness follows from evidence.

    Attributes
    ----------
    items
        The closed catalogue of items, by key.
    utility_sets
        From the weakest to the strongest, by key.
    implications
        Ordered so that one pass over them is enough.
    predicates
        By key, in the order of `PREDICATES`.
    stages
        Labels from the lowest to the highest; the first is `RAW`.
    stage_texts
        The words for the stages.
    status_texts
        The words for the statuses.
    kind_texts
        The words for the kinds of items.
    """

    items: Mapping[str, Item]
    utility_sets: Mapping[str, UtilitySet]
    implications: tuple[Implication, ...]
    predicates: Mapping[str, Predicate]
    stages: tuple[str, ...]
    stage_texts: Mapping[str, Text]
    status_texts: Mapping[str, Text]
    kind_texts: Mapping[str, Text]

    @property
    def item_texts(self) -> dict[str, Text]:
        """The words for the items, by key."""
        return {key: item.text for key, item in self.items.items()}

    @property
    def predicate_texts(self) -> dict[str, Text]:
        """The words for the predicates, by key."""
        return {key: predicate.text for key, predicate in self.predicates.items()}

    @property
    def set_texts(self) -> dict[str, Text]:
        """The words for the utility sets, by key."""
        return {key: utilities.text for key, utilities in self.utility_sets.items()}

    @property
    def coded_items(self) -> tuple[str, ...]:
        """All utilities and all items that a rule names, by key, in catalogue order."""
        named = {key for key, item in self.items.items() if item.kind == UTILITY}
        for utilities in self.utility_sets.values():
            named.update(utilities.items)
        for implication in self.implications:
            named.update((*implication.given, implication.then))
        for predicate in self.predicates.values():
            for group in predicate.groups:
                named.update(key for keys in group for key in keys)
        return tuple(key for key in self.items if key in named)

    def item_named(self, name: str) -> Item:
        """Find an item by its key, by one of its words or by another name of it.

        Parameters
        ----------
        name
            As it stands in an office sheet; spaces around it do not matter.

        Returns
        -------
        item
            The item.

        Raises
        ------
        NotFoundError
            No item has the name.
        """
        wanted = name.strip()
        for item in self.items.values():
            if wanted in {item.key, item.text.zh, item.text.en, *item.aliases}:
                return item
        raise NotFoundError(unknown_items([wanted], self.items))


def unknown_items(found: Iterable[str], known: Iterable[str]) -> Text:
    """Build the sentence about items that the catalogue does not have."""
    text = Text(
        en="unknown items {found}; the catalogue of items has {known}.",
        zh="未知的事项 {found}；事项目录中有：{known}。",
    )
    return text.format(found=", ".join(found), known=", ".join(known))


def parse(
    items: CatalogueDocument, readiness: CatalogueDocument, labels: CatalogueDocument
) -> ReadinessRules:
    """Read the rules from their three catalogues.

    Parameters
    ----------
    items
        The document ``items.toml``.
    readiness
        The document ``readiness.toml``.
    labels
        The document ``labels.toml``.

    Returns
    -------
    rules
        The checked rules.

    Raises
    ------
    CatalogueError
        A rule has a fault; the message names the file and the line.
    """
    words = labels.root.allow("stages", "statuses", "kinds")
    kinds = _labels(words.section("kinds"))
    known = _items(items.root, kinds)
    root = readiness.root.allow("stages", "sets", "implications", "predicates")
    sets = {entry.name: _set(entry, known) for entry in root.section("sets").sections()}
    predicates = _predicates(root.section("predicates"), known, sets)
    implications = _implications(root, known)
    stages = (RAW, *root.texts("stages", choices=PREDICATES))
    rules = ReadinessRules(
        items=known,
        utility_sets=sets,
        implications=implications,
        predicates=predicates,
        stages=stages,
        stage_texts=_labels(words.section("stages"), needed=stages),
        status_texts=_labels(words.section("statuses")),
        kind_texts=kinds,
    )
    if len(rules.coded_items) > ITEM_LIMIT:
        found = Text(
            en="the rules use {count} items; at most {limit} can be used.",
            zh="规则使用了 {count} 个事项，最多可用 {limit} 个。",
        )
        count = len(rules.coded_items)
        raise root.fault(found.format(count=count, limit=ITEM_LIMIT))
    return rules


def _labels(section: Section, needed: Collection[str] = ()) -> dict[str, Text]:
    labels = {}
    for entry in section.sections():
        entry.allow("zh", "en", "source").source()
        labels[entry.name] = entry.label()
    for key in needed:
        if key not in labels:
            section.section(key)  # Raises: the entry is missing.
    return labels


def _items(root: Section, kinds: Collection[str]) -> dict[str, Item]:
    items: dict[str, Item] = {}
    owners: dict[str, str] = {}
    for entry in root.sections():
        item = _item(entry, kinds)
        for name in {item.key, item.text.zh, item.text.en, *item.aliases}:
            other = owners.setdefault(name, item.key)
            if other != item.key:
                found = Text(
                    en="{name} already names the item {other}.",
                    zh="{name} 已经是事项 {other} 的名称。",
                )
                raise entry.fault(found.format(name=name, other=other))
        items[item.key] = item
    return items


def _item(entry: Section, kinds: Collection[str]) -> Item:
    entry.allow(
        "zh", "en", "kind", "unit", "capacity", "other_units", "aliases", "source"
    )
    unit = entry.text("unit", default="")
    factors = {unit: 1.0} if unit else {}
    if "other_units" in entry:
        others = entry.section("other_units")
        factors |= {name: others.number(name, minimum=1e-9) for name in others.content}
    capacity = entry.choice("capacity", CAPACITIES) if "capacity" in entry else ""
    if not unit and (capacity or factors):
        found = Text(
            en="an item with figures needs a unit.", zh="有数值的事项须写明单位。"
        )
        raise entry.fault(found)
    return Item(
        key=entry.name,
        text=entry.label(),
        kind=entry.choice("kind", kinds),
        unit=unit,
        capacity=capacity,
        factors=factors,
        aliases=entry.texts("aliases", default=()),
        source=entry.source(),
    )


def _set(entry: Section, items: Collection[str]) -> UtilitySet:
    entry.allow("zh", "en", "items", "source")
    keys = entry.texts("items", choices=items)
    if not keys:
        raise entry.fault(_nothing_asked(entry), "items")
    return UtilitySet(entry.name, entry.label(), keys, entry.source())


def _implications(root: Section, items: Collection[str]) -> tuple[Implication, ...]:
    """Read the implications and put those first that others build on."""
    waiting = []
    for row in root.rows("implications"):
        row.allow("if", "then", "source")
        given = row.texts("if", choices=items)
        then = row.choice("then", items)
        waiting.append((row, Implication(given, then, row.source())))
    ordered: list[Implication] = []
    while waiting:
        open_items = {implication.then for _, implication in waiting}
        ready = [pair for pair in waiting if open_items.isdisjoint(pair[1].given)]
        if not ready:
            found = Text(
                en="the implications go round in a circle through {keys}.",
                zh="推定规则互相循环：{keys}。",
            )
            keys = ", ".join(sorted(open_items))
            raise waiting[0][0].fault(found.format(keys=keys), "if")
        ordered.extend(implication for _, implication in ready)
        waiting = [pair for pair in waiting if pair not in ready]
    return tuple(ordered)


def _predicates(
    section: Section, items: Collection[str], sets: Mapping[str, UtilitySet]
) -> dict[str, Predicate]:
    section.allow(*PREDICATES)
    groups: dict[str, tuple[tuple[tuple[str, ...], ...], ...]] = {}
    waiting = [section.section(key) for key in PREDICATES]
    while waiting:
        ready = [entry for entry in waiting if groups.keys() >= set(_built_on(entry))]
        if not ready:
            found = Text(
                en="the predicates go round in a circle through {keys}.",
                zh="条件互相循环：{keys}。",
            )
            keys = ", ".join(entry.name for entry in waiting)
            raise waiting[0].fault(found.format(keys=keys), "predicates")
        for entry in ready:
            own = _groups(entry, items, sets)
            built = [group for key in _built_on(entry) for group in groups[key]]
            groups[entry.name] = tuple(dict.fromkeys((*built, *own)))
        waiting = [entry for entry in waiting if entry.name not in groups]
    return {
        key: Predicate(
            key,
            section.section(key).label(),
            groups[key],
            section.section(key).source(),
        )
        for key in PREDICATES
    }


def _built_on(entry: Section) -> tuple[str, ...]:
    return entry.texts("predicates", choices=PREDICATES, default=())


def _groups(
    entry: Section, items: Collection[str], sets: Mapping[str, UtilitySet]
) -> list[tuple[tuple[str, ...], ...]]:
    """Write out what a predicate itself asks for."""
    entry.allow("zh", "en", "items", "predicates", "utility_set", "any_of", "source")
    groups: list[tuple[tuple[str, ...], ...]] = []
    keys = entry.texts("items", choices=items, default=())
    groups.extend(((key,),) for key in keys)
    if "utility_set" in entry:
        order = list(sets)
        weakest = order.index(entry.choice("utility_set", order))
        groups.append(tuple(sets[key].items for key in order[weakest:]))
    groups.extend(
        tuple((key,) for key in row.texts("items", choices=items))
        for row in entry.rows("any_of")
    )
    if (not groups and not _built_on(entry)) or () in groups:
        raise entry.fault(_nothing_asked(entry))
    return groups


def _nothing_asked(entry: Section) -> Text:
    found = Text(
        en="{name} asks for nothing, so it would always be true.",
        zh="{name} 没有任何要求，将永远成立。",
    )
    return found.format(name=entry.name)
