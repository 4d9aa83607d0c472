"""The catalogues of readiness, and how their faults are answered."""

from __future__ import annotations

from importlib import resources

import pytest

from zqland.catalogues.document import CatalogueDocument
from zqland.errors import CatalogueError, NotFoundError
from zqland.readiness.masks import Masks
from zqland.readiness.rules import PREDICATES, ReadinessRules, parse

PACKAGE = resources.files("zqland.catalogues")
CIRCLE = """[[implications]]
if = ["drain"]
then = "storm"
source = "s"
[predicates.serviced]"""
NAMES = ("items.toml", "readiness.toml", "labels.toml")


def rules(**changes: tuple[str, str]) -> ReadinessRules:
    """Parse the packaged rules with one passage of a file replaced."""
    documents = []
    for name in NAMES:
        text = (PACKAGE / name).read_text(encoding="utf-8")
        old, new = changes.get(name.removesuffix(".toml"), ("", ""))
        assert old in text
        documents.append(CatalogueDocument.parse(name, text.replace(old, new, 1)))
    return parse(*documents)


def line_of(name: str, passage: str) -> int:
    text = (PACKAGE / name).read_text(encoding="utf-8")
    return text[: text.index(passage)].count("\n") + 1


def test_the_packaged_rules_have_all_predicates_with_words_and_sources() -> None:
    found = rules()
    assert tuple(found.predicates) == PREDICATES
    assert all(text.zh and text.en for text in found.predicate_texts.values())
    assert all(predicate.source for predicate in found.predicates.values())


def test_the_sets_go_from_three_to_zhaoqings_nine() -> None:
    assert list(rules().set_texts) == ["three", "five", "seven", "nine"]
    assert len(rules().utility_sets["nine"].items) == 10  # Nine and the levelling.


def test_a_city_may_ask_for_seven_connections_on_mature_land() -> None:
    old = 'predicates = ["clean"]\nutility_set = "three"'
    found = rules(readiness=(old, old.replace("three", "seven")))
    needs = Masks.of(found).predicates
    assert needs["mature"].need & ~needs["serviced"].need
    assert needs["serviced"] == Masks.of(rules()).predicates["serviced"]


def test_every_item_has_words() -> None:
    texts = rules().item_texts
    assert list(texts) == list(rules().items)
    assert texts["levelled"].zh == "场地平整"


@pytest.mark.parametrize("name", ["通电", "power", "供电", " power "])
def test_items_are_found_by_every_name(name: str) -> None:
    assert rules().item_named(name).key == "power"


def test_a_name_that_no_item_has_lists_the_items() -> None:
    with pytest.raises(NotFoundError, match=r"unknown items moat; .* road"):
        rules().item_named("moat")


@pytest.mark.parametrize(
    ("file", "old", "new", "fault"),
    [
        (
            "readiness",
            '"title", "comp',
            '"titel", "comp',
            "names titel, which is unknown",
        ),
        ("readiness", "utility_set =", "utilityset =", "unknown key utilityset"),
        ("readiness", 'utility_set = "three"', "utility_set = 3", "is a whole number"),
        ("readiness", 'utility_set = "three"', 'utility_set = "ten"', "names ten"),
        ("readiness", "[predicates.clean]", "[predicates.tidy]", "unknown key tidy"),
        ("readiness", '["storm", "sewage"]', '["storm", "storm"]', "names storm twice"),
        ("readiness", 'then = "drain"', 'then = "drian"', "names drian"),
        ("readiness", "stages = [", "stages = [1, ", "a list of texts is needed"),
        ("items", 'kind = "ground"', 'kind = "grund"', "names grund"),
        ("items", 'capacity = "power_mva"', 'capacity = "power"', "names power"),
        ("items", '"kVA" = 0.001', '"kVA" = "0.001"', "a number is needed"),
        ("items", '"kVA" = 0.001', '"kVA" = 0', "at least 1e-09 is needed"),
        ("items", '[road]\nzh = "通路"', '[road]\nzh = ""', "is empty"),
    ],
)
def test_a_fault_is_named_with_the_file_and_the_line(
    file: str, old: str, new: str, fault: str
) -> None:
    with pytest.raises(CatalogueError, match=fault) as error:
        rules(**{file: (old, new)})
    line = line_of(f"{file}.toml", old)
    found = int(str(error.value).split(":")[1])
    assert str(error.value).startswith(f"{file}.toml:")
    assert line <= found <= line + new.count("\n")


@pytest.mark.parametrize(
    ("file", "old", "new", "fault"),
    [
        (
            "readiness",
            'source = "三通一平：通水',
            'note = "三通一平：通水',
            "unknown key note",
        ),
        (
            "readiness",
            'en = "serviced land"\n',
            "",
            "predicates.serviced.en is missing",
        ),
        ("labels", "[stages.mature]", "[stages.ripe]", "stages.mature is missing"),
        ("items", 'unit = "MVA"\n', "", "an item with figures needs a unit"),
        ("items", 'zh = "通水"', 'zh = "通路"', "通路 already names the item road"),
        (
            "readiness",
            'en = "clean land"',
            'en = "clean land"\npredicates = ["mature"]',
            "the predicates go round in a circle through clean, mature, standard",
        ),
        (
            "readiness",
            "[predicates.serviced]",
            CIRCLE,
            "the implications go round in a circle through drain, storm",
        ),
        (
            "readiness",
            'en = "serviced land"\nutility_set = "three"',
            'en = "serviced land"',
            "serviced asks for nothing",
        ),
        (
            "readiness",
            'items = ["road", "water", "power", "levelled"]',
            "items = []",
            "three asks for nothing",
        ),
    ],
)
def test_a_rule_without_sense_is_refused(
    file: str, old: str, new: str, fault: str
) -> None:
    with pytest.raises(CatalogueError, match=rf"^{file}\.toml:\d+: {fault}"):
        rules(**{file: (old, new)})


def test_a_missing_source_is_refused_at_the_entry() -> None:
    source = (PACKAGE / "items.toml").read_text(encoding="utf-8")
    start = source.index("source", source.index("[drain]"))
    line = source[start : source.index("\n", start) + 1]
    with pytest.raises(CatalogueError, match=r"drain.source is missing") as error:
        rules(
            items=(
                source[source.index("[drain]") : start] + line,
                "[drain]\n"
                + source[source.index("[drain]") + len("[drain]\n") : start],
            )
        )
    assert f"items.toml:{line_of('items.toml', '[drain]')}:" in str(error.value)


def test_no_more_items_can_be_used_than_a_word_has_bits() -> None:
    more = "".join(
        f'[extra_{number}]\nzh = "{number}"\nen = "{number}"\nkind = "utility"\n'
        'source = "s"\n'
        for number in range(60)
    )
    with pytest.raises(CatalogueError, match="at most 62 can be used"):
        rules(items=("[road]", f"{more}[road]"))


def test_one_of_several_items_can_be_enough() -> None:
    choice = '[[predicates.clean.any_of]]\nitems = ["title", "commitment"]\n\n'
    found = rules(readiness=("[predicates.mature]", f"{choice}[predicates.mature]"))
    condition = Masks.of(found).predicates["clean"]
    assert [len(alternatives) for alternatives in condition.choices] == [2]
