"""Commands that are imported when they are asked for.

All that the commands need takes seconds to import; each needs a part of it, and
``--version`` and ``--help`` need none.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command, get_group

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from typer._click import Command, Context, HelpFormatter


@dataclass(frozen=True, slots=True)
class Later:
    """A command, or a group of commands, that is not imported yet.

    Attributes
    ----------
    place
        Module and name of the function, or of the `typer.Typer` of a group, with a
        colon between them.
    help
        What it does: the first line of what it says of itself.
    """

    place: str
    help: str

    def found(self) -> Callable[..., Any] | typer.Typer:
        """Import it.

        Returns
        -------
        found
            The function, or the group.
        """
        module, _, name = self.place.partition(":")
        found: Callable[..., Any] | typer.Typer = getattr(import_module(module), name)
        return found

    def command(self, name: str) -> Command:
        """Import it, and make the command of it.

        Parameters
        ----------
        name
            What is typed for it.

        Returns
        -------
        command
            The command.
        """
        found = self.found()
        if isinstance(found, typer.Typer):
            group = get_group(found)
            group.name = name
            return group
        alone = typer.Typer(
            add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False
        )
        alone.command(name)(found)
        return get_command(alone)


class LaterGroup(TyperGroup):
    """A group that imports a command when it is asked for.

    Commands that are registered in the usual way stand after those of `later`.
    """

    later: ClassVar[Mapping[str, Later]] = {}

    def __init__(self, **facts: Any) -> None:  # noqa: ANN401 - those of typer
        super().__init__(**facts)
        named = {
            name: TyperCommand(name, help=one.help) for name, one in self.later.items()
        }
        self.commands = {**named, **self.commands}
        self._waiting = set(named)

    def get_command(self, ctx: Context, cmd_name: str) -> Command | None:
        """Give a command, imported if it was not yet."""
        if cmd_name in self._waiting:
            self.commands[cmd_name] = self.later[cmd_name].command(cmd_name)
            self._waiting.remove(cmd_name)
        return super().get_command(ctx, cmd_name)

    def format_commands(self, ctx: Context, formatter: HelpFormatter) -> None:
        """List the commands without importing them."""
        rows = [
            (name, (self.commands[name].help or "").partition("\n")[0])
            for name in self.list_commands(ctx)
        ]
        with formatter.section("Commands"):
            formatter.write_dl(rows)
