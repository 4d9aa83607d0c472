"""Write a copy of an input as a workbook with the faulty cells marked and explained.

The first sheet lists all findings, the worst first, with links to the cells. A workbook
keeps its formats; other files come as their values: CSV and xls cell by cell, files of
boundaries as their attribute table, survey TXT line by line. Nothing in the copy runs:
formulas stand there as the values that they had.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from zqland.text import Language, Text
from zqland_geodata.errors import FileUnreadableError
from zqland_geodata.localfiles import local_path
from zqland_geodata.marked import building, copying, locating, marks, pages
from zqland_geodata.options import ReadOptions
from zqland_geodata.outfiles import write_whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zqland.findings import Finding
    from zqland_geodata.fieldmap import FieldMap

__all__ = ["write_marked"]


def write_marked(
    source: str | Path,
    findings: Sequence[Finding],
    target: str | Path,
    *,
    language: Language | str = Language.ZH,
    fieldmap: FieldMap | None = None,
    options: ReadOptions | None = None,
) -> None:
    """Write a copy of a file as a workbook with the faulty cells marked.

    Parameters
    ----------
    source
        The file that the findings are about; it is not changed.
    findings
        What was found in it; what cannot be placed is only listed.
    target
        The workbook to write, ending in ``.xlsx``; a file that is there is replaced.
    language
        Language of the list and of the explanations.
    fieldmap
        Which column is what, as the file was read with.
    options
        Limits and layer, as the file was read with.

    Raises
    ------
    FileUnreadableError
        The source cannot be read, or the target is no xlsx file or the source itself;
        nothing is written then.
    ReadError
        The source is a file of boundaries that cannot be read whole.
    """
    chosen = options or ReadOptions()
    wanted = Language(language)
    file, copy = local_path(source, chosen.limits), Path(target)
    if copy.suffix.lower() != ".xlsx":
        raise FileUnreadableError(_NOT_XLSX.format(name=copy.name))
    if copy.exists() and copy.samefile(file):
        raise FileUnreadableError(_SAME.format(name=copy.name))
    if pages.keeps_formats(file, chosen.limits):
        book = copying.open_workbook(file)
        found = locating.in_workbook(book)
        marking = marks.marking(file.name, findings, found, wanted)
        write_whole(copy, lambda draft: copying.mark_workbook(book, marking, draft))
        return
    built = pages.pages_of(file, fieldmap, chosen, wanted)
    found = locating.in_pages(built)
    marking = marks.marking(file.name, findings, found, wanted)
    write_whole(copy, lambda draft: building.build(built, marking, draft))


_NOT_XLSX = Text(
    en="The marked copy is an xlsx workbook; {name} has another ending. Name it .xlsx.",
    zh="标记副本为 xlsx 工作簿，{name}的扩展名不符。请以 .xlsx 命名。",
)
_SAME = Text(
    en="The marked copy would replace {name} itself. Give it another name.",
    zh="标记副本将覆盖原文件{name}。请另取名称。",
)
