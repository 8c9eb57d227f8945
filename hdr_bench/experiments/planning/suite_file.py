"""Suite files, read from TOML and checked before anything runs."""

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
    """Load a suite by the name of a built-in one or the path of a TOML file.

    Parameters
    ----------
    suite : str or Path

    Returns
    -------
    suite : Suite

    Raises
    ------
    UnknownNameError
        If there is no such suite.
    SuiteError
        If the file is not a valid suite; the message names the file, the place and the nearest valid name.

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
    """Read a suite without importing anything or checking that what it names exists.

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
        As for `load_suite`.
    """
    path = find_suite(str(suite))
    with pause_collection():
        read = make_suite(read_toml(path), name=path.stem, origin=visible_prose(str(path)))
    return read if path.parent == suites_folder() else read.with_file(path.absolute())


def make_suite(content: dict[str, Any], name: str, origin: str) -> Suite:
    """Create a suite from the content of a TOML file, without checking that what it names exists.

    Parameters
    ----------
    content : dict
    name : str
        Name of the suite.
    origin : str
        Name of the file in errors.

    Returns
    -------
    suite : Suite

    Raises
    ------
    SuiteError
        If the content is not a valid suite.
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
    """Return the file of a suite: of a built-in one by its name, otherwise the path itself.

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
    # The home folder of an unknown user, or a character that no path can contain.
    except (RuntimeError, ValueError) as error:
        raise SuiteError(f"{shown(suite)} is not a valid path: {error}") from error
    if os.path.isfile(path / "run.json"):  # noqa: PTH113  # an unreadable folder counts as no run
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
    """Return suite files with names similar to those of a missing path, written in the same way."""
    try:
        beside = {other.stem: other for other in sorted(path.parent.glob("*.toml"))}
    except OSError:
        return []
    return [visible_prose(str(beside[stem])) for stem in get_close_matches(path.stem, beside)]


# Fields of the record that differ in a file, where a suite is named after it, and each case has its own table.
_HINTS = {
    "name": "name: unknown key; a suite is named after its file",
    "cases": "cases: unknown key. Did you mean 'case'? Write [[case]] for each",
    "studies": "studies: unknown key. Did you mean 'study'? Write [[study]] for each",
    "test_sets": "test_sets: unknown key. Did you mean 'test_set'? Write [[test_set]] for each",
}
