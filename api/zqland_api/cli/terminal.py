"""The terminal of a command: data to stdout, everything else to stderr."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text as RichText

from zqland.errors import ZqlandError
from zqland.findings import SEVERITY_TEXTS, Finding, Severity, has_errors, ranked
from zqland.text import Language, Text
from zqland_api.errors import UsageError
from zqland_api.output import Format, choose_format, render, save
from zqland_api.sheets import Output, printable
from zqland_api.source_sheets import Report
from zqland_api.terminal_tables import show
from zqland_geodata.marked.marks import field_text, place_text

Thing = TypeVar("Thing")

FINDINGS_SHOWN = 20
"""Most findings that a command prints beside its answer."""

FAILED, FOUND_ERRORS = 2, 1
"""Exit codes: wrong use or unreadable input; findings of error severity."""

_STYLES = {
    Severity.ERROR: "bold red",
    Severity.WARNING: "yellow",
    Severity.INFO: "dim",
}
_MORE = Text(
    en="… and {count} more; `zqland check` lists them all.",
    zh="……另有 {count} 条；用 zqland check 查看全部。",
)
_WRITTEN = Text(en="Written: {path}", zh="已写入：{path}")
_NEEDS_FILE = Text(
    en="A workbook needs a file: give --out FILE.xlsx.",
    zh="工作簿需写入文件：请用 --out 指定，如 --out 文件.xlsx。",
)
_ERROR = Text(en="Error", zh="错误")


@dataclass(frozen=True, slots=True)
class Terminal:
    """Where a command speaks.

    Attributes
    ----------
    language
        The reader's language.
    out
        Console of the data.
    err
        Console of everything else.
    """

    language: Language
    out: Console
    err: Console

    def say(self, text: Text, *, style: str = "") -> None:
        """Print a sentence beside the data."""
        for line in text.in_language(self.language).splitlines():
            self.err.print(RichText(printable(line), style=style), soft_wrap=True)

    def say_all(self, texts: Iterable[Text]) -> None:
        """Print notes beside the data."""
        for text in texts:
            self.say(text, style="dim")

    def tell(self, findings: Sequence[Finding]) -> None:
        """Print the worst findings beside the data."""
        worst = ranked(findings)
        for finding in worst[:FINDINGS_SHOWN]:
            line = _line(finding)
            self.say(line, style=_STYLES[finding.severity])
        if len(worst) > FINDINGS_SHOWN:
            self.say(_MORE.format(count=len(worst) - FINDINGS_SHOWN))

    def deliver(
        self, output: Output, *, form: Format | None = None, out: Path | None = None
    ) -> None:
        """Write an answer to the terminal or into a file.

        Parameters
        ----------
        output
            The answer.
        form
            Its form; else by the file's ending.
        out
            The file; else stdout.
        """
        chosen = choose_format(form, out)
        if out is not None:
            save(output, chosen, self.language, out)
            self.say(_WRITTEN.format(path=out))
        elif chosen is Format.XLSX:
            raise UsageError(_NEEDS_FILE)
        elif chosen is Format.TABLE and self.out.is_terminal:
            show(output, self.language, self.out)
        else:
            typer.echo(render(output, chosen, self.language), nl=False)

    @contextmanager
    def working(self) -> Iterator[Report]:
        """Show what a command is doing, while it does."""
        with self._progress(BarColumn(pulse_style="cyan"), TimeElapsedColumn()) as bars:
            task = bars.add_task("", total=None)

            def report(text: Text) -> None:
                bars.update(task, description=text.in_language(self.language))

            yield report

    @contextmanager
    def steps(self, text: Text) -> Iterator[Callable[[int, int], object]]:
        """Show how many steps of a task are done, while it is done."""
        with self._progress(BarColumn(), MofNCompleteColumn()) as bars:
            task = bars.add_task(text.in_language(self.language), total=None)

            def report(done: int, total: int) -> None:
                bars.update(task, completed=done, total=total)

            yield report

    def track(self, things: Sequence[Thing], text: Text) -> Iterator[Thing]:
        """Go through things with a bar."""
        with self._progress(BarColumn(), MofNCompleteColumn()) as bars:
            yield from bars.track(things, description=text.in_language(self.language))

    def _progress(
        self, *columns: BarColumn | TimeElapsedColumn | MofNCompleteColumn
    ) -> Progress:
        return Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            *columns,
            console=self.err,
            transient=True,
            disable=not self.err.is_terminal,
        )


def _line(finding: Finding) -> Text:
    """Put a finding into one line: where, what was found, what is wrong, what next."""
    is_said = finding.value.partition("[")[0] in finding.message.en
    value = "" if is_said else f"“{finding.value}”"
    # A record without an id is called after its place: said once.
    is_place = finding.place.startswith(finding.record)
    record = "" if is_place else finding.record
    places = {
        language: (
            place_text(finding.place, language),
            record,
            field_text(finding.field, language),
            value,
        )
        for language in Language
    }
    where = Text(
        **{
            language.value: " ".join(part for part in parts if part)
            for language, parts in places.items()
        }
    )
    return Text(
        en="{severity} – {where}: {message}; {action}",
        zh="{severity}—{where}：{message}；{action}",
    ).format(
        severity=SEVERITY_TEXTS[finding.severity],
        where=where,
        message=Text(
            en=finding.message.en.rstrip("."), zh=finding.message.zh.rstrip("。")
        ),
        action=finding.action,
    )


@contextmanager
def session(language: Language) -> Iterator[Terminal]:
    """Open the terminal of a command; what zqland refuses ends it with code 2.

    Parameters
    ----------
    language
        The reader's language.
    """
    terminal = Terminal(
        language=language,
        out=Console(markup=False, highlight=False),
        err=Console(stderr=True, markup=False, highlight=False),
    )
    try:
        yield terminal
    except ZqlandError as error:
        line = Text(en="{word}: {text}", zh="{word}：{text}")
        terminal.say(line.format(word=_ERROR, text=error.text), style="red")
        raise typer.Exit(FAILED) from None


def exit_on_errors(findings: Sequence[Finding]) -> None:
    """End a command with code 1 where a finding is an error."""
    if has_errors(findings):
        raise typer.Exit(FOUND_ERRORS)
