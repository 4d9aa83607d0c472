"""What the texts within a boundary say of the parcel."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd

from zqland.findings import Severity
from zqland.text import Text
from zqland_geodata import headings
from zqland_geodata.remarks import Rule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zqland.findings import Finding
    from zqland_geodata.dxf.labels import Label
    from zqland_geodata.fieldmap import TableMap

TEXT = "text"
"""Column with all texts of a boundary, for field maps."""

_ID, _NAME = "parcel_id", "name"
_PAIR = re.compile(r"(.{1,20}?)\s*[:：=]\s*(.+)")
_POINT = re.compile(r"[JjKk]\d{1,5}")
_AREA = re.compile(r"[\d.,]+\s*(亩|公顷|平方米|㎡|m2|m²|ha|mu)", re.IGNORECASE)
_CODE = re.compile(r"(?=.*\d)[A-Za-z0-9][A-Za-z0-9\-_./()#]*")
_TWO = 2


def table(
    labels: Sequence[Sequence[Label]],
    row_places: Sequence[str],
    mapping: TableMap,
    findings: list[Finding],
) -> pd.DataFrame:
    """Make the columns of the parcels of a drawing.

    A text that stands on a layer, or is the attribute of a block, belongs to the
    column of that name; ``heading: value`` says itself what it is. Where none of
    these is a parcel id, the only text of a boundary is taken for it, or of two texts
    the only one that looks like a code, the other being the name.

    Parameters
    ----------
    labels
        The texts of each parcel.
    row_places
        Where each parcel stands.
    mapping
        Field map; with columns in it, no text is taken for an id.
    findings
        What is to be said is put behind.

    Returns
    -------
    table
        Texts by heading, in the order of the parcels.
    """
    rows = [_by_heading(inside) for inside in labels]
    known = dict.fromkeys(heading for row in rows for heading in row)
    values = {
        heading: [";".join(row.get(heading, ())) for row in rows] for heading in known
    }
    if mapping.columns:
        values[TEXT] = [";".join(label.text for label in inside) for inside in labels]
        return pd.DataFrame(values, index=range(len(rows)), dtype="str")
    matched = {headings.match(heading, "parcels") for heading in known}
    keys = {found[0] for found in matched if found is not None}
    if _ID not in keys:
        told = [_told(inside) for inside in labels]
        values[_ID] = [pair[0] for pair in told]
        if _NAME not in keys and any(pair[1] for pair in told):
            values[_NAME] = [pair[1] for pair in told]
        findings += _remarks(labels, values[_ID], row_places)
    return pd.DataFrame(values, index=range(len(rows)), dtype="str")


def _by_heading(labels: Sequence[Label]) -> dict[str, list[str]]:
    row: dict[str, list[str]] = {}
    for label in labels:
        heading, words = label.tag or label.layer, label.text
        pair = None if label.tag else _pair(words)
        if pair is not None:
            heading, words = pair
        row.setdefault(heading, []).append(words)
    return row


def _pair(text: str) -> tuple[str, str] | None:
    """Return the heading and the value of a text that says what it is."""
    found = _PAIR.fullmatch(text)
    if found is None or headings.match(found[1], "parcels") is None:
        return None
    return found[1], found[2]


def _told(labels: Sequence[Label]) -> tuple[str, str]:
    """Return the id and the name that the free texts tell, or empty ones."""
    texts = _free(labels)
    if len(texts) == 1:
        return texts[0], ""
    codes = [text for text in texts if _CODE.fullmatch(text)]
    if len(texts) == _TWO and len(codes) == 1:
        return codes[0], next(text for text in texts if text != codes[0])
    return "", ""


def _free(labels: Sequence[Label]) -> list[str]:
    """Return the texts that may be an id or a name: no areas, no point numbers."""
    texts = list(
        dict.fromkeys(
            label.text
            for label in labels
            if not label.tag and _pair(label.text) is None
        )
    )
    named = [text for text in texts if not _AREA.fullmatch(text)]
    return [text for text in named if not _POINT.fullmatch(text)] or named


def _remarks(
    labels: Sequence[Sequence[Label]], ids: list[str], row_places: Sequence[str]
) -> list[Finding]:
    taken = sum(bool(word) for word in ids)
    findings = [_TAKEN.finding("", _ID, count=taken)] if taken else []
    for inside, word, place in zip(labels, ids, row_places, strict=True):
        texts = _free(inside)
        if texts and not word:
            shown = "; ".join(texts)
            findings.append(_SEVERAL.finding("", _ID, shown, place=place))
    return findings


_TAKEN = Rule(
    "dxf.text_is_id",
    Severity.INFO,
    Text(
        en="no layer of texts and no attribute is called a parcel id ({count} texts)",
        zh="没有名为地块编号的文字图层或块属性（{count} 处文字）",
    ),
    Text(
        en="the text within each boundary is taken as its id",
        zh="以界线内的文字作为地块编号",
    ),
)
_SEVERAL = Rule(
    "dxf.texts",
    Severity.WARNING,
    Text(
        en="several texts stand within the boundary, and which one is the id is not "
        "said",
        zh="界线内有多处文字，无法判断哪个是地块编号",
    ),
    Text(
        en="none is taken; put the ids on a layer 地块编号, or name their layer in a "
        "field map",
        zh="均未采用；请将编号放在“地块编号”图层，或在字段映射中指明其图层",
    ),
)
