"""Rules that readers and checks apply, each of which can become findings."""

from __future__ import annotations

from dataclasses import dataclass

from zqland.findings import Finding, Severity
from zqland.text import Text

LONGEST_VALUE = 80
"""How many letters of a value a finding shows."""

LEFT_UNKNOWN = Text(
    en="left unknown; correct the file",
    zh="按未知处理；请更正文件",
)
"""What is done about an unreadable value of a record that is kept."""

NOT_USED = Text(
    en="row not used; correct the file",
    zh="该行未采用；请更正文件",
)
"""What is done about a row that would say something else without a value."""

ACTION = Text(en="{action}", zh="{action}")
"""What is done is a fact of the finding."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What may be found, how bad it is, and what is done about it.

    Attributes
    ----------
    code
        Short stable code, such as ``geometry.invalid``.
    severity
        How bad it is.
    message
        What was found and is expected, with places for facts.
    action
        What was done or can be done, with places for facts.
    """

    code: str
    severity: Severity
    message: Text
    action: Text

    def finding(
        self,
        record: object,
        field: str,
        value: object = "",
        *,
        place: str = "",
        **facts: object,
    ) -> Finding:
        """Report that the rule applies.

        Parameters
        ----------
        record
            Identifier of the record, or ``""`` for the whole file.
        field
            Column or part of the record.
        value
            What was found.
        place
            Where in the file.
        **facts
            For the places in message and action.

        Returns
        -------
        finding
            The finding.

        Examples
        --------
        >>> rule = Rule("a.b", Severity.INFO, Text(en="{n} lots", zh="{n}宗"), NOT_USED)
        >>> rule.finding("", "name", n=3).message.zh
        '3宗'
        """
        return Finding(
            record=str(record),
            field=field,
            value=str(value)[:LONGEST_VALUE],
            rule=self.code,
            severity=self.severity,
            message=self.message.format(**facts),
            action=self.action.format(**facts),
            place=place,
        )
