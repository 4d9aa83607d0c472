"""Faults and remarks about a single value, and the table of them.

One model serves all readers and checks: which record, which field, what was found,
which rule it breaks, how bad that is, and what was done about it. Nothing is
dropped or repaired without a finding.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import pandas as pd

from zqland.text import Language, Text

if TYPE_CHECKING:
    from collections.abc import Iterable


class Severity(StrEnum):
    """How bad a finding is."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


SEVERITY_TEXTS = {
    Severity.INFO: Text(en="note", zh="提示"),
    Severity.WARNING: Text(en="warning", zh="警告"),
    Severity.ERROR: Text(en="error", zh="错误"),
}
"""The words for the severities."""

FINDING_COLUMNS = (
    "record",
    "field",
    "value",
    "rule",
    "severity",
    "message",
    "action",
    "place",
)
"""The columns of a findings table, in order."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault or remark.

    Attributes
    ----------
    record
        Identifier of the record, or ``""`` for the whole file.
    field
        Column or part of the record.
    value
        What was found, as text.
    rule
        Short stable code of the rule, such as ``geometry.invalid``.
    severity
        How bad it is.
    message
        What was found and what is expected.
    action
        What was done, or what the user can do.
    place
        Where in the file: ``line 12``, ``Sheet1!C7``, or ``""``.
    """

    record: str
    field: str
    value: str
    rule: str
    severity: Severity
    message: Text
    action: Text
    place: str = ""

    def to_dict(self, language: Language | str = Language.EN) -> dict[str, str]:
        """Return the finding as plain text in one language, for JSON.

        Parameters
        ----------
        language
            Language of message and action; codes stay as they are.

        Returns
        -------
        entry
            A text for each of `FINDING_COLUMNS`; ``severity`` is the code.
        """
        return {
            "record": self.record,
            "field": self.field,
            "value": self.value,
            "rule": self.rule,
            "severity": self.severity.value,
            "message": self.message.in_language(language),
            "action": self.action.in_language(language),
            "place": self.place,
        }


def ranked(findings: Iterable[Finding]) -> list[Finding]:
    """Sort findings, the worst first; among equals the order is kept."""
    order = list(Severity)[::-1]
    return sorted(findings, key=lambda finding: order.index(finding.severity))


def findings_table(
    findings: Iterable[Finding], *, language: Language | str = Language.EN
) -> pd.DataFrame:
    """List findings as a table of text, the worst first.

    Parameters
    ----------
    findings
        The findings; their order is kept among equals.
    language
        Language of ``severity``, ``message`` and ``action``.

    Returns
    -------
    table
        One row per finding with the columns of `FINDING_COLUMNS`.

    Examples
    --------
    >>> from zqland.findings import Finding, Severity, findings_table
    >>> from zqland.text import Text
    >>> zero = Finding(
    ...     record="A-1", field="geometry", value="0 m²", rule="geometry.zero_area",
    ...     severity=Severity.ERROR, message=Text(en="no area", zh="面积为零"),
    ...     action=Text(en="kept", zh="保留"),
    ... )
    >>> findings_table([zero], language="zh").loc[0, "message"]
    '面积为零'
    """
    rows = [
        (
            finding.record,
            finding.field,
            finding.value,
            finding.rule,
            SEVERITY_TEXTS[finding.severity].in_language(language),
            finding.message.in_language(language),
            finding.action.in_language(language),
            finding.place,
        )
        for finding in ranked(findings)
    ]
    return pd.DataFrame(rows, columns=list(FINDING_COLUMNS))


def has_errors(findings: Iterable[Finding]) -> bool:
    """Tell whether any finding is an error."""
    return any(finding.severity is Severity.ERROR for finding in findings)
