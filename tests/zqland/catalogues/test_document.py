"""TOML with line numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zqland.catalogues.document import CatalogueDocument, Section
from zqland.errors import CatalogueError
from zqland.text import Text

TOML = '''# A comment with [a.header] and key = 1
title = "x"
a.b = 1

[first]
text = """
[not.a.header]
not_a_key = 1
"""
list = [
  "one",
  "two",  # with a comment ]
]

[second."quoted.name"]
value = { inner = 3 }

[[rows]]
name = "zero"

[[rows]]
name = "one"
[rows.detail]
deep = true
[[rows.parts]]
size = 1
'''


def document() -> CatalogueDocument:
    return CatalogueDocument.parse("city.toml", TOML)


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("title",), 2),
        (("a",), 3),
        (("a", "b"), 3),
        (("first",), 5),
        (("first", "text"), 6),
        (("first", "list"), 10),
        (("second", "quoted.name"), 15),
        (("second", "quoted.name", "value", "inner"), 16),
        (("rows", 0, "name"), 19),
        (("rows", 1), 21),
        (("rows", 1, "detail", "deep"), 24),
        (("rows", 1, "parts", 0, "size"), 26),
        (("nowhere",), 1),
    ],
)
def test_every_entry_has_its_line(path: tuple[str | int, ...], line: int) -> None:
    assert document().line(path) == line


def test_a_text_in_a_long_list_has_its_own_line() -> None:
    assert document().line(("first", "list"), "two") == 12


def test_a_text_that_is_not_in_the_list_has_the_line_of_the_list() -> None:
    assert document().line(("first", "list"), "three") == 10


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a = 1\nb = = 2\n", 2),
        ("a = 1\n\nb = [1,\n", 3),
        ("a = 1\na = 2\n", 2),
        ("[t]\n[t]\n", 2),
    ],
)
def test_a_fault_of_the_syntax_is_named_with_its_line(text: str, line: int) -> None:
    with pytest.raises(CatalogueError, match=rf"^city\.toml:{line}: not valid TOML"):
        CatalogueDocument.parse("city.toml", text)


@pytest.mark.parametrize("text", ["[生态红线]\n", "a = 1\n名称 = 2\n"])
def test_a_chinese_name_without_quotes_is_told_to_take_them(text: str) -> None:
    with pytest.raises(CatalogueError) as refused:
        CatalogueDocument.parse("city.toml", text)
    assert "双引号" in refused.value.text.zh


def test_windows_line_ends_and_a_byte_order_mark_are_read() -> None:
    found = CatalogueDocument.parse("city.toml", "\ufeffa = 1\r\nb = 2\r\n")
    assert found.line(("b",)) == 2
    assert found.root.integer("b") == 2


def section(text: str) -> Section:
    return CatalogueDocument.parse("city.toml", f"[s]\n{text}").root.section("s")


def test_values_are_returned_in_their_types() -> None:
    found = section('t = "x"\nn = 1.5\ni = 2\nf = true\nl = ["a"]')
    values = (found.text("t"), found.number("n"), found.integer("i"), found.flag("f"))
    assert values == ("x", 1.5, 2, True)
    assert found.texts("l") == ("a",)


def test_defaults_stand_in_for_missing_keys() -> None:
    found = section("")
    values = (
        found.text("t", default=""),
        found.number("n", default=1.5),
        found.integer("i", default=2),
        found.flag("f", default=False),
        found.texts("l", default=()),
        list(found.rows("r")),
    )
    assert values == ("", 1.5, 2, False, (), [])


@pytest.mark.parametrize(
    ("text", "reader", "fault"),
    [
        ("k = true", "integer", "s.k is true or false; a whole number is needed"),
        ("k = 1.5", "integer", "s.k is a number; a whole number is needed"),
        ("k = nan", "number", "s.k is nan; a finite number is needed"),
        ("k = 1", "text", "s.k is a whole number; text is needed"),
        ("k = '  '", "text", "s.k is empty; text that says something is needed"),
        ("k = 'x'", "flag", "s.k is text; true or false is needed"),
        ("k = 2023-09-05", "texts", "s.k is a date; a list is needed"),
        ("k = 07:30:00", "texts", "s.k is a value of another kind; a list is needed"),
        ("k = [1]", "texts", "s.k is a list; a list of texts is needed"),
        ("k = 1", "section", "s.k is a whole number; a table is needed"),
        ("j = 1", "number", "s.k is missing"),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused(
    text: str, reader: str, fault: str
) -> None:
    with pytest.raises(CatalogueError, match=rf"^city\.toml:[12]: {fault}"):
        getattr(section(text), reader)("k")


def test_rows_must_be_tables() -> None:
    with pytest.raises(CatalogueError, match="a list of tables is needed"):
        list(section("k = [1]").rows("k"))


def test_bounds_are_inclusive() -> None:
    assert section("k = 1").number("k", minimum=1, maximum=1) == 1
    with pytest.raises(CatalogueError, match=r"s.k is 3.0; 1 to 2 is needed"):
        section("k = 3").number("k", minimum=1, maximum=2)


@pytest.mark.parametrize(
    ("bounds", "needed"),
    [({"minimum": 2}, "at least 2 is needed"), ({"maximum": 0}, "at most 0 is needed")],
)
def test_a_number_out_of_bounds_names_the_bound(
    bounds: dict[str, float], needed: str
) -> None:
    with pytest.raises(CatalogueError, match=needed):
        section("k = 1").number("k", **bounds)


def test_unknown_keys_are_refused_with_the_known_ones() -> None:
    with pytest.raises(CatalogueError, match="2: unknown key wieght; known are weight"):
        section("wieght = 1").allow("weight")


def test_sections_leave_out_what_is_named() -> None:
    found = document().root
    others = ("title", "a", "rows")
    assert [one.name for one in found.sections(without=others)] == ["first", "second"]
    assert "title" in found


def test_a_fault_is_told_in_both_languages() -> None:
    error = section("k = 1").fault(Text(en="wrong", zh="有误"), "k")
    assert error.text == Text(en="city.toml:2: wrong", zh="city.toml:2：有误")


def test_the_root_has_no_name() -> None:
    assert document().root.name == ""


@given(
    st.dictionaries(st.from_regex(r"[a-z]{1,8}", fullmatch=True), st.text(max_size=30))
)
def test_lines_are_found_whatever_the_texts_hold(texts: dict[str, str]) -> None:
    quoted = {
        key: "".join(f"\\U{ord(letter):08x}" for letter in text)
        for key, text in texts.items()
    }
    lines = [f'{key} = """\n{text}"""' for key, text in quoted.items()]
    found = CatalogueDocument.parse("city.toml", "\n".join(lines))
    assert [found.line((key,)) for key in texts] == [
        1 + 2 * n for n in range(len(texts))
    ]
