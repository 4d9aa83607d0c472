"""Numbers and names as a row of comma-separated fields can hold them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from zqland.findings import Severity
from zqland.text import Text
from zqland_geodata.errors import SurveyTextError
from zqland_geodata.remarks import Rule

if TYPE_CHECKING:
    import pandas as pd

    from zqland.findings import Finding

_BREAKS = r"[\x00-\x1f\x7f\x85\u2028\u2029\ufeff]+"
_FULL_WIDTH = str.maketrans(",@", "，\uff20")
_UNFIT = re.compile(rf"{_BREAKS}|[,@]|^\s|\s$")


def written_ids(ids: pd.Index) -> list[str]:
    """Return numbers of parcels as text, or refuse what would come back as another.

    Parameters
    ----------
    ids
        The index of the parcels.

    Returns
    -------
    written
        The same numbers.

    Raises
    ------
    SurveyTextError
        One is empty, or has a comma, an @, a line break or spaces around it.

    Examples
    --------
    >>> import pandas as pd
    >>> written_ids(pd.Index(["ZQ-2023-001"]))
    ['ZQ-2023-001']
    """
    written = [str(number) for number in ids]
    for number in written:
        if not number or _UNFIT.search(number):
            raise SurveyTextError(_BAD_ID.format(record=number))
    return written


def written_names(
    names: pd.Series[str], ids: list[str], findings: list[Finding]
) -> list[str]:
    """Return names that a row can hold; each changed one is reported.

    Parameters
    ----------
    names
        Names, missing ones too.
    ids
        The number of each record.
    findings
        Where changed names are reported.

    Returns
    -------
    written
        With full-width commas and @, without line breaks and spaces around.
    """
    texts = names.fillna("").astype("str")
    unfit = texts.str.contains(_UNFIT)
    written = texts.to_list()
    for row in unfit.to_numpy().nonzero()[0].tolist():
        name = re.sub(_BREAKS, " ", written[row]).translate(_FULL_WIDTH).strip()
        findings.append(_CHANGED.finding(ids[row], "name", written[row], name=name))
        written[row] = name
    return written


_BAD_ID = Text(
    en="The number of parcel “{record}” is empty or holds a comma, @, line break or "
    "outer space, which the format cannot carry. Renumber it.",
    zh="地块编号“{record}”为空，或含有逗号、@、换行或首尾空格，该格式无法容纳。请改编号。",
)
_CHANGED = Rule(
    "write.name_changed",
    Severity.WARNING,
    Text(
        en="the name holds a comma, @, line break or outer space, which the format "
        "cannot carry",
        zh="名称含有逗号、@、换行或首尾空格，该格式无法容纳",
    ),
    Text(en="written as “{name}”", zh="写为“{name}”"),
)
