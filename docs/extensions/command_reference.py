"""Reference of the command line, made from the commands themselves."""

import inspect
from collections.abc import Iterator
from typing import Any

import typer.main

from hdr_bench.cli import app
from hdr_bench.cli.errors import EXIT_CODES

_HELP = {"--help"}


def write_command_reference() -> str:
    """Return the page of all commands, with their arguments and options.

    Returns
    -------
    page : str
        Markdown.
    """
    group = typer.main.get_command(app)
    return "\n".join(["# Command line", "", *_introduction(), *_sections(group, "hdr-bench")])


def _introduction() -> Iterator[str]:
    yield "`hdr-bench COMMAND --help` prints the same information. `hdr-bench --install-completion` makes your"
    yield "shell complete the names of commands, suites and data sets."
    yield ""
    yield " ".join(EXIT_CODES.split())
    yield ""


def _sections(group: Any, name: str) -> Iterator[str]:
    for each, command in group.commands.items():
        if getattr(command, "commands", None):
            yield from [f"## {name} {each}", "", _plain(command.help), ""]
            yield from (line.replace("## ", "### ", 1) for line in _sections(command, f"{name} {each}"))
        else:
            yield from _section(command, f"{name} {each}")


def _section(command: Any, name: str) -> Iterator[str]:
    context = command.make_context(name, [], resilient_parsing=True)
    yield from [f"## {name}", "", "```text", f"{name} {' '.join(command.collect_usage_pieces(context))}", "```", ""]
    yield from [_plain(command.help), ""]
    params = [param for param in command.get_params(context) if not _HELP & set(param.opts)]
    yield from _table("argument", [param for param in params if param.param_type_name == "argument"], context)
    yield from _table("option", [param for param in params if param.param_type_name == "option"], context)


def _table(head: str, params: list[Any], context: Any) -> Iterator[str]:
    shown = [param for param in params if not getattr(param, "hidden", False)]
    if not shown:
        return
    yield from [f"| {head} | meaning |", "|:--|:--|"]
    for param in shown:
        yield f"| {_written(param, context)} | {_cell(_description(param, context))} |"
    yield ""


def _written(param: Any, context: Any) -> str:
    if param.param_type_name == "argument":
        return f"`{_code(param.metavar or param.name.upper())}`"
    names = ", ".join([*param.opts, *param.secondary_opts])
    metavar = "" if param.is_flag else f" {param.metavar or param.make_metavar(context)}"
    return f"`{_code(names + metavar)}`"


def _description(param: Any, context: Any) -> str:
    record = param.get_help_record(context)
    return " ".join((record[1] if record else param.help or "").split())


def _plain(text: str | None) -> str:
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in inspect.cleandoc(text or "").split("\n\n"))


def _cell(text: str) -> str:
    return text.replace("|", r"\|").replace("[", r"\[").replace("<", r"\<")


def _code(text: str) -> str:
    return text.replace("|", r"\|")
