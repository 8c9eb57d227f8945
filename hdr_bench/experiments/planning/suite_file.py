"""Suite files: read from TOML, and checked before anything runs."""

import os
import shlex
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from hdr_bench.exceptions import (
    SuiteError,
    UnknownNameError,
    offer,
    shown,
    suggestion,
)
from hdr_bench.experiments.planning.carried_suites import suite_paths, suites_folder
from hdr_bench.experiments.planning.suite_check import check_suite, suite_refusal
from hdr_bench.experiments.planning.toml_text import read_toml
from hdr_bench.garbage_collection import pause_collection
from hdr_bench.names import visible_prose
from hdr_bench.records.faults import describe_faults
from hdr_bench.records.suite import Suite


def load_suite(suite: str | Path) -> Suite:
    """Read a suite: a name among those that the library carries, or the path of a TOML file.

    Parameters
    ----------
    suite : str or Path

    Returns
    -------
    suite : Suite

    Raises
    ------
    UnknownNameError
        If there is neither.
    SuiteError
        If the file cannot be read as a suite; the message names the file, the place and the nearest right name.

    Examples
    --------
    >>> from hdr_bench import load_suite
    >>> load_suite("quick").dataset.name
    'mnist-5k'
    """
    read = read_suite(suite)
    check_suite(read, visible_prose(str(suite)))
    return read


def read_suite(suite: str | Path) -> Suite:
    """Read a suite as it is written: whether what it names is there is not looked at, and nothing is imported.

    Parameters
    ----------
    suite : str or Path
        As for `load_suite`.

    Returns
    -------
    suite : Suite

    Raises
    ------
    UnknownNameError, SuiteError
        As `load_suite`.
    """
    path = find_suite(str(suite))
    with pause_collection():
        read = make_suite(read_toml(path), name=path.stem, origin=visible_prose(str(path)))
    return read if path.parent == suites_folder() else read.with_file(path.absolute())


def make_suite(content: dict[str, Any], name: str, origin: str) -> Suite:
    """Make a suite of what TOML held; whether what it names is there is not looked at.

    Parameters
    ----------
    content : dict
    name : str
        The suite's.
    origin : str
        What errors call the file.

    Returns
    -------
    suite : Suite

    Raises
    ------
    SuiteError
        If it is no suite.
    """
    faults = [_HINTS[key] for key in _HINTS if key in content]
    if faults:
        raise suite_refusal(origin, faults)
    given = {**content, "name": name}
    try:
        return Suite.model_validate(given)
    except ValidationError as error:
        raise suite_refusal(origin, describe_faults(error, Suite, given, frozenset({"name"}))) from error


def find_suite(suite: str) -> Path:
    """Return the file of a suite: of the library's by its name, otherwise where the path leads.

    Parameters
    ----------
    suite : str

    Returns
    -------
    path : Path

    Raises
    ------
    UnknownNameError, SuiteError
        If there is no such suite.
    """
    carried = suite_paths()
    if suite in carried:
        return carried[suite]
    if not suite:
        raise UnknownNameError("suite", suite, carried)
    try:
        path = Path(suite).expanduser()
        path.stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        if suite.lower().endswith(".toml"):
            hint = suggestion(suite, _suite_files(path))
            raise SuiteError(f"{visible_prose(suite)}: there is no such file{'.' * bool(hint)}{hint}") from error
        raise UnknownNameError("suite", suite, [*carried, *_suite_files(path)]) from error
    except OSError as error:
        raise SuiteError(f"{shown(suite)}: cannot be read: {error.strerror}; give the path of a suite file") from error
    # A home that is nobody's, or a character that no path can hold.
    except (RuntimeError, ValueError) as error:
        raise SuiteError(f"{shown(suite)} cannot be a path: {error}") from error
    if os.path.isfile(path / "run.json"):  # noqa: PTH113  # a folder without permission is no run's
        raise SuiteError(
            f"{visible_prose(suite)} is the folder of a run, not a suite; to write its report again: hdr-bench report "
            f"{shlex.quote(visible_prose(suite))}; to run its suite, give the suite's name or its TOML file"
        )
    if path.is_dir() and path.suffix != ".toml":
        example = visible_prose(str(path / "suite.toml"))
        raise SuiteError(
            f"{visible_prose(suite)} is a folder; give the path of a TOML file, e.g. {example}, or a suite's name."
            f"{suggestion(suite, carried)} {offer(carried)}"
        )
    return path


def _suite_files(path: Path) -> list[str]:
    """Return the suite files of nearly the name of a path that leads nowhere, written as the path is."""
    try:
        beside = {other.stem: other for other in sorted(path.parent.glob("*.toml"))}
    except OSError:
        return []
    return [visible_prose(str(beside[stem])) for stem in get_close_matches(path.stem, beside)]


# What the record has and its file does not: there a suite is named after it, and each case has a table.
_HINTS = {
    "name": "name: unknown key; a suite has the name of its file",
    "cases": "cases: unknown key. Did you mean 'case'? Write [[case]] for each",
    "test_sets": "test_sets: unknown key. Did you mean 'test_set'? Write [[test_set]] for each",
}
