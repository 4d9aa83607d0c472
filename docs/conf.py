"""Settings of the documentation."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.metadata import version as version_of
from pathlib import Path
from pkgutil import walk_packages
from typing import TYPE_CHECKING

import zqland_geodata
from zqland.catalogues import columns, load_catalogues
from zqland.findings import SEVERITY_TEXTS
from zqland_geodata.remarks import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

from draw_store import drawing, tables_text

project = "zqland"
author = "The zqland contributors"
project_copyright = "2026, The zqland contributors"
version = release = version_of("zqland")

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "sphinx.ext.viewcode",
    "sphinx.ext.napoleon",
]
autosummary_generate = True
autodoc_typehints = "signature"
autodoc_member_order = "bysource"
# A name of a parameter may also be the name of an attribute elsewhere.
napoleon_attr_annotations = False
suppress_warnings = ["ref.python"]
nb_execution_mode = "off"
myst_enable_extensions = ["dollarmath", "colon_fence"]
myst_heading_anchors = 3
exclude_patterns = ["_build", "jupyter_execute", "**/.ipynb_checkpoints"]
html_theme = "pydata_sphinx_theme"
html_title = "zqland"
html_theme_options = {
    "show_prev_next": False,
    "navigation_with_keys": False,
    "secondary_sidebar_items": ["page-toc"],
}
html_static_path: list[str] = []
templates_path = ["_templates"]


def _write_catalogue_pages(_app: Sphinx) -> None:
    """Write the pages that are read from the catalogues, so that they cannot drift."""
    folder = Path(__file__).parent / "generated"
    folder.mkdir(exist_ok=True)
    (folder / "columns.md").write_text(columns_page(), encoding="utf-8")
    (folder / "items.md").write_text(items_page(), encoding="utf-8")
    (folder / "findings.md").write_text(findings_page(), encoding="utf-8")
    (folder / "store.svg").write_text(drawing(), encoding="utf-8")
    (folder / "store_tables.txt").write_text(tables_text(), encoding="utf-8")


def columns_page() -> str:
    """Describe every column of every table."""
    catalogue = columns().fillna("")
    lines = ["# Columns of every table", ""]
    for table, rows in catalogue.groupby("table", sort=False):
        lines += [f"## {table}", "", "| column | 中文 | type | unit | meaning |"]
        lines += ["|---|---|---|---|---|"]
        for row in rows.to_dict("records"):
            choices = f" ({str(row['choices']).replace('|', ', ')})" * bool(
                row["choices"]
            )
            lines.append(
                f"| `{row['column']}` | {row['zh_name']} | {row['type']} "
                f"| {row['unit']} | {row['en']}{choices} |"
            )
        lines.append("")
    return "\n".join(lines)


def items_page() -> str:
    """List the items of evidence."""
    items = load_catalogues().readiness.item_texts
    lines = ["# Items of evidence", "", "| key | English | 中文 |", "|---|---|---|"]
    lines += [f"| `{key}` | {text.en} | {text.zh} |" for key, text in items.items()]
    return "\n".join([*lines, ""])


def findings_page() -> str:
    """List the rules that readers, checks and writers apply, by their codes."""
    rules = {rule.code: rule for rule in _rules()}
    lines = [
        "# Findings by their codes",
        "",
        "What readers, checks, repairs and writers report; words in braces are facts.",
        "",
        "| code | severity | what is found | 发现 |",
        "|---|---|---|---|",
    ]
    for code, rule in sorted(rules.items()):
        severity = SEVERITY_TEXTS[rule.severity].en
        message = rule.message
        lines.append(f"| `{code}` | {severity} | {message.en} | {message.zh} |")
    return "\n".join([*lines, ""])


def _rules() -> Iterator[Rule]:
    """Find the rules of every module that reads, checks or writes."""
    for module in walk_packages(zqland_geodata.__path__, "zqland_geodata."):
        if ".migrations" in module.name:
            continue  # these run in their own frame only
        for value in vars(import_module(module.name)).values():
            members = value.values() if isinstance(value, dict) else [value]
            yield from (one for one in members if isinstance(one, Rule))


def setup(app: Sphinx) -> None:
    """Write the generated pages before Sphinx reads them."""
    app.connect("builder-inited", _write_catalogue_pages)
