"""The findings about files, as an output."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import geopandas as gpd
import pandas as pd

from zqland.findings import FINDING_COLUMNS, Finding, Severity, findings_table
from zqland.text import Language, Text
from zqland_api.about import About
from zqland_api.desk import Desk
from zqland_api.sheets import Column, Output, Sheet
from zqland_api.sources import Records
from zqland_geodata.assembly import ParcelsRead
from zqland_geodata.checks import check_parcels
from zqland_geodata.constraint_checks import check_constraints
from zqland_geodata.marked.marks import field_text, place_text

_HEADINGS = {
    "record": Text(en="Record", zh="记录"),
    "field": Text(en="Field", zh="字段"),
    "value": Text(en="Found", zh="发现的值"),
    "rule": Text(en="Rule", zh="规则"),
    "severity": Text(en="Severity", zh="程度"),
    "message": Text(en="What is wrong", zh="问题"),
    "action": Text(en="What was done or helps", zh="处理"),
    "place": Text(en="Place", zh="位置"),
}
_COUNTED = Text(
    en="{records} records: {errors} errors, {warnings} warnings, {notes} notes.",
    zh="{records} 条记录：错误 {errors}、警告 {warnings}、提示 {notes}。",
)
_SUMMARY = Text(
    en="{parcels} parcels, {facts} facts, {projects} projects: {errors} errors, "
    "{warnings} warnings, {notes} notes.",
    zh="地块 {parcels} 宗，佐证 {facts} 条，项目 {projects} 个："
    "错误 {errors}、警告 {warnings}、提示 {notes}。",
)


BASIS = "declared.basis"
"""Rule that names the basis of declared areas."""

Steps = Callable[[int, int], object]
"""Told how many steps of the checks are done, and of how many."""


def all_findings(
    desk: Desk,
    *,
    reference: gpd.GeoDataFrame | None = None,
    report: Steps | None = None,
) -> list[Finding]:
    """Gather what the readers and the checks found.

    Parameters
    ----------
    desk
        An open desk.
    reference
        Parcels of the same ids that are known to lie where they should.
    report
        Told how far the checks are.
    """
    _, of_needs = desk.needs(basis=desk.catalogues.bases["need"])
    records = desk.records
    read = ParcelsRead(records.reserve.parcels, list(records.findings))
    return [
        *check_shapes(read, records, reference=reference, report=report),
        *of_needs,
    ]


def check_shapes(
    read: ParcelsRead,
    records: Records,
    *,
    reference: gpd.GeoDataFrame | None,
    report: Steps | None,
) -> list[Finding]:
    """Add what the checks of shapes find to what the reader found.

    Parameters
    ----------
    read
        The parcels and the findings of their reader.
    records
        For the parks and districts that the parcels should lie in.
    reference
        Parcels of the same ids that are known to lie where they should.
    report
        Told how far the checks are.
    """
    reserve = records.reserve
    found = check_parcels(
        read.parcels, parks=reserve.parks, reference=reference, report=report
    )
    is_own = read.parcels is reserve.parcels
    # A fictional layer says nothing of a file that somebody sends.
    layers = reserve.constraints if is_own or not reserve.fictional else ()
    found.extend(check_constraints(read.parcels, layers))
    # Faults of shapes may be among the findings of the records already, and so may the
    # basis of the declared areas: the reader of a survey knows their digits.
    known = set(read.findings)
    is_named = any(finding.rule == BASIS for finding in known)
    new = [
        one for one in found if not (one in known or (is_named and one.rule == BASIS))
    ]
    return [*read.findings, *new]


def findings_output(
    findings: Sequence[Finding], about: About, language: Language
) -> Output:
    """Arrange findings as an output.

    Parameters
    ----------
    findings
        The findings.
    about
        The conditions that they hold under.
    language
        The reader's language.
    """
    table = findings_table(findings, language=language)
    table["place"] = [place_text(place, language) for place in table["place"]]
    fields = {
        name: Text(en=field_text(name, Language.EN), zh=field_text(name, Language.ZH))
        for name in table["field"].unique()
    }
    sheet = Sheet(
        key="findings",
        title=Text(en="Findings", zh="检查结果"),
        table=pd.DataFrame(table, columns=list(FINDING_COLUMNS)),
        columns=tuple(
            Column(name, text, words=fields if name == "field" else {})
            for name, text in _HEADINGS.items()
        ),
    )
    return Output(about=about, sheets=(sheet,))


def count_text(records: str, findings: Sequence[Finding]) -> Text:
    """Count the findings about one sheet in a sentence.

    Parameters
    ----------
    records
        How many records it holds.
    findings
        The findings.
    """
    return _COUNTED.format(records=records, **_counts(findings))


def _counts(findings: Sequence[Finding]) -> dict[str, int]:
    counts = dict.fromkeys(Severity, 0)
    for finding in findings:
        counts[finding.severity] += 1
    return {
        "errors": counts[Severity.ERROR],
        "warnings": counts[Severity.WARNING],
        "notes": counts[Severity.INFO],
    }


def summary(findings: Sequence[Finding], desk: Desk) -> Text:
    """Count findings by severity in one sentence.

    Parameters
    ----------
    findings
        The findings.
    desk
        The desk that they belong to.
    """
    reserve = desk.records.reserve
    return _SUMMARY.format(
        parcels=f"{len(reserve.parcels):,}",
        facts=f"{len(reserve.evidence):,}",
        projects=f"{len(reserve.projects):,}",
        **_counts(findings),
    )
