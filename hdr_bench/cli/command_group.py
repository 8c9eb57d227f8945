"""The group of all commands, each found by its file in `commands` and built when it is called."""

import inspect
import pkgutil
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from copy import copy
from importlib import import_module
from typing import Any, cast

import typer
from typer.core import TyperCommand
from typer.main import get_command

from hdr_bench.cli import commands
from hdr_bench.cli.option_parameters import add_run_options
from hdr_bench.cli.plain_help import PlainCommand, PlainGroup, read_help


class CommandFiles(Mapping[str, Any]):
    """Commands by name, after the files in `commands`; each is built on first access."""

    def __init__(self) -> None:
        self._names = sorted(module.name.replace("_", "-") for module in pkgutil.iter_modules(commands.__path__))
        self._built: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._names:
            raise KeyError(name)
        if name not in self._built:
            self._built[name] = _build(name)
        return self._built[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def summaries(self) -> dict[str, Any]:
        """Return the commands for the list in the help, which needs only their descriptions.

        Returns
        -------
        commands : dict of str to command
        """
        return {name: _summarize(name) for name in self}


class CommandGroup(PlainGroup):
    """Group of the commands that have a file in `commands`.

    Parameters
    ----------
    **attributes
        Passed on to typer.
    """

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = cast("MutableMapping[str, Any]", CommandFiles())

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Print the help without building every command that it lists.

        Parameters
        ----------
        ctx : click.Context
        formatter : click.HelpFormatter
        """
        listing = copy(self)
        listing.commands = cast("CommandFiles", self.commands).summaries()
        PlainGroup.format_help(listing, ctx, formatter)


def _find(name: str) -> Any:
    # Module names cannot contain a hyphen.
    function = name.replace("-", "_")
    module = import_module(f"{commands.__name__}.{function}")
    return getattr(module, function, None) or getattr(module, f"{function}_")


def _build(name: str) -> Any:
    found = _find(name)
    if isinstance(found, typer.Typer):
        return _build_group(name, found)
    app = typer.Typer(add_completion=False)
    app.command(name, cls=PlainCommand, help=read_help(found))(add_run_options(found))
    return get_command(app)


def _build_group(name: str, group: typer.Typer) -> Any:
    group.info.cls = PlainGroup
    for command in group.registered_commands:
        command.cls, command.help = PlainCommand, read_help(cast("Callable[..., Any]", command.callback))
    built = get_command(group)
    built.name = name
    return built


def _summarize(name: str) -> Any:
    found = _find(name)
    if isinstance(found, typer.Typer):
        return _build_group(name, found)
    return TyperCommand(name, help=inspect.getdoc(found))
