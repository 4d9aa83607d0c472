"""Catalogues: rules and words as data, each entry with its source.

What cities argue about stands in TOML files, not in code. A city copies a file into a
folder of its own and changes it there; the files that the folder lacks are taken from
the package.
"""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING

import pandas as pd

from zqland.areas import Method
from zqland.catalogues.document import CatalogueDocument
from zqland.errors import CatalogueError
from zqland.readiness import rules as readiness_rules
from zqland.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from zqland.approvals.rules import ApprovalRules
    from zqland.approvals.workdays import WorkCalendar
    from zqland.idle.rules import IdleRules
    from zqland.ledger.rules import LedgerRules
    from zqland.lots.rules import LotRules
    from zqland.matching.rules import MatchingRules
    from zqland.portfolio.rules import PortfolioRules
    from zqland.readiness.rules import ReadinessRules

__all__ = ["FILES", "Catalogues", "columns", "load_catalogues"]

FILES = (
    "approvals.toml",
    "bases.toml",
    "holidays.toml",
    "idle.toml",
    "items.toml",
    "labels.toml",
    "ledger.toml",
    "lots.toml",
    "matching.toml",
    "permitted.toml",
    "portfolio.toml",
    "readiness.toml",
    "sectors.csv",
)
"""The files that a city may replace."""

USES = ("need", "lot", "hold", "ledger", "targets", "survey")
"""What an area can be used for; each use has a default basis."""

_HASH_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Catalogues:
    """All rules and words in force.

    Attributes
    ----------
    readiness
        How readiness follows from evidence, with the words for items, predicates,
        stages, statuses and utility sets.
    matching
        How ground is matched to projects.
    lots
        How lots are cut from parcels.
    portfolio
        What placing a project is worth.
    approvals
        The steps of a batch of land-use approval.
    workdays
        Which days are worked.
    idle
        When supplied land is idle.
    ledger
        How the ledger looks ahead.
    bases
        Default area method of each use (`USES`).
    basis_texts
        The words for the uses.
    permitted
        Classes of need that each planned class of land permits.
    class_texts
        The words for the planned classes.
    sectors
        The words for the divisions of GB/T 4754, by code.
    hash
        Short fingerprint of all files in force, for every output.
    """

    readiness: ReadinessRules
    matching: MatchingRules
    lots: LotRules
    portfolio: PortfolioRules
    approvals: ApprovalRules
    workdays: WorkCalendar
    idle: IdleRules
    ledger: LedgerRules
    bases: Mapping[str, Method]
    basis_texts: Mapping[str, Text]
    permitted: Mapping[str, tuple[str, ...]]
    class_texts: Mapping[str, Text]
    sectors: Mapping[str, Text]
    hash: str


def load_catalogues(folder: Path | None = None) -> Catalogues:
    """Load the rules: a city's own files first, the packaged ones for the rest.

    Parameters
    ----------
    folder
        A folder with files named as in `FILES`; none uses the packaged files.

    Returns
    -------
    catalogues
        The checked rules.

    Raises
    ------
    CatalogueError
        A file has a fault; the message names the file and the line.

    Examples
    --------
    >>> catalogues = load_catalogues()
    >>> catalogues.readiness.predicate_texts["mature"].zh
    '熟地'
    >>> catalogues.bases["ledger"]
    <Method.DECLARED: 'declared'>
    """
    # Imported here because these rules are read with this package's parser.
    from zqland.approvals import rules as approval_rules  # noqa: PLC0415
    from zqland.approvals import workdays  # noqa: PLC0415
    from zqland.idle import rules as idle_rules  # noqa: PLC0415
    from zqland.ledger import rules as ledger_rules  # noqa: PLC0415
    from zqland.lots import rules as lot_rules  # noqa: PLC0415
    from zqland.matching import rules as matching_rules  # noqa: PLC0415
    from zqland.portfolio import rules as portfolio_rules  # noqa: PLC0415

    texts = _read(folder)
    documents = {
        name: CatalogueDocument.parse(name, text)
        for name, text in texts.items()
        if name.endswith(".toml")
    }
    bases, basis_texts = _bases(documents["bases.toml"])
    permitted, class_texts = _permitted(documents["permitted.toml"])
    return Catalogues(
        readiness=readiness_rules.parse(
            documents["items.toml"],
            documents["readiness.toml"],
            documents["labels.toml"],
        ),
        matching=matching_rules.parse(documents["matching.toml"]),
        lots=lot_rules.parse(documents["lots.toml"]),
        portfolio=portfolio_rules.parse(documents["portfolio.toml"]),
        approvals=approval_rules.parse(documents["approvals.toml"]),
        workdays=workdays.parse(documents["holidays.toml"]),
        idle=idle_rules.parse(documents["idle.toml"]),
        ledger=ledger_rules.parse(documents["ledger.toml"]),
        bases=bases,
        basis_texts=basis_texts,
        permitted=permitted,
        class_texts=class_texts,
        sectors=_sectors(texts["sectors.csv"]),
        hash=_fingerprint(texts),
    )


def columns() -> pd.DataFrame:
    """Return the catalogue of columns: every table, column, type, unit and source.

    Returns
    -------
    columns
        One row per column as text, in the order of the tables; empty cells are "".
    """
    with (resources.files(__name__) / "columns.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file, dtype=str, keep_default_na=False)


def _read(folder: Path | None) -> dict[str, str]:
    """Read the files in force with line ends made equal on every platform."""
    own: dict[str, str] = {}
    for path in sorted(folder.iterdir()) if folder else []:
        if path.suffix in {".toml", ".csv"}:
            own[path.name] = path.read_text(encoding="utf-8-sig")
    unknown = sorted(set(own) - set(FILES))
    if unknown:
        found = Text(
            en="{folder}: {unknown} is no catalogue; known are {known}.",
            zh="{folder}：{unknown} 不是目录文件；可用的文件：{known}。",
        )
        facts = {"folder": folder, "known": ", ".join(FILES)}
        raise CatalogueError(found.format(unknown=", ".join(unknown), **facts))
    package = resources.files(__name__)
    packaged = {
        name: (package / name).read_text(encoding="utf-8")
        for name in FILES
        if name not in own
    }
    texts = packaged | own
    return {name: texts[name].replace("\r\n", "\n") for name in FILES}


def _fingerprint(texts: Mapping[str, str]) -> str:
    digest = hashlib.sha256()
    for name in sorted(texts):
        digest.update(f"{name}\0{texts[name]}\0".encode())
    return digest.hexdigest()[:_HASH_DIGITS]


def _bases(document: CatalogueDocument) -> tuple[dict[str, Method], dict[str, Text]]:
    root = document.root.allow(*USES)
    bases: dict[str, Method] = {}
    texts: dict[str, Text] = {}
    methods = [method.value for method in Method]
    for use in USES:
        entry = root.section(use).allow("zh", "en", "method", "source")
        entry.source()
        texts[use] = entry.label()
        bases[use] = Method(entry.choice("method", methods))
    return bases, texts


def _permitted(
    document: CatalogueDocument,
) -> tuple[dict[str, tuple[str, ...]], dict[str, Text]]:
    known = columns().query("table == 'parcels' and column == 'land_class'")
    classes = str(known["choices"].iloc[0]).split("|")
    root = document.root.allow(*classes)
    permitted: dict[str, tuple[str, ...]] = {}
    texts: dict[str, Text] = {}
    for name in classes:
        entry = root.section(name).allow("zh", "en", "permits", "source")
        entry.source()
        texts[name] = entry.label()
        permitted[name] = entry.texts("permits", choices=classes)
    return permitted, texts


def _sectors(text: str) -> dict[str, Text]:
    reader = csv.DictReader(io.StringIO(text))
    needed = ["code", "zh", "en", "source"]
    sectors: dict[str, Text] = {}
    if reader.fieldnames != needed:
        raise _sector_fault(1, ", ".join(reader.fieldnames or []))
    for row in reader:
        code = row["code"] or ""
        known = code in sectors or not code.isdigit()
        if known or not all(row.get(name) for name in needed):
            raise _sector_fault(reader.line_num, ", ".join(map(str, row.values())))
        sectors[code] = Text(en=row["en"], zh=row["zh"])
    return sectors


def _sector_fault(line: int, found: str) -> CatalogueError:
    text = Text(
        en="sectors.csv:{line}: found {found}; needed are the columns code, zh, en, "
        "source, with a new code of digits in each row and no empty cell.",
        zh="sectors.csv:{line}：发现 {found}；应有 code、zh、en、source 四列，"
        "每行代码为数字且不重复，无空格。",
    )
    return CatalogueError(text.format(line=line, found=found))
