"""Shell completion of names, without importing the numerical libraries."""

import tomllib
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from textwrap import shorten

from hdr_bench.files import read_regular

_LONGEST_TEXT = 60


def complete_suite(incomplete: str) -> list[tuple[str, str]]:
    """Return the built-in suites and the TOML files that begin with a prefix, with their titles.

    Parameters
    ----------
    incomplete : str
        Beginning of the word to complete.

    Returns
    -------
    completions : list of tuple of str
        Words and their descriptions.
    """
    from hdr_bench.experiments.planning.carried_suites import suite_paths

    carried = list(suite_paths().items())
    with suppress(OSError, ValueError):
        carried += _own_files(incomplete)
    return [(name, _title(path)) for name, path in carried if name.startswith(incomplete)]


def complete_dataset(incomplete: str) -> list[tuple[str, str]]:
    """Return the data sets, and the schemes for the user's own data, that begin with a prefix.

    Parameters
    ----------
    incomplete : str
        Beginning of the word to complete.

    Returns
    -------
    completions : list of tuple of str
        Words and their descriptions.
    """
    from hdr_bench.datasets import list_datasets, source_schemes

    with suppress(Exception):  # an unreadable data home is reported when used, not on completion
        schemes = {f"{scheme}:": entry.description for scheme, entry in source_schemes().items()}
        offered = {**list_datasets(), **schemes}
        return [(name, _in_a_line(text)) for name, text in offered.items() if name.startswith(incomplete)]
    return []


def complete_estimator(incomplete: str) -> list[tuple[str, str]]:
    """Return the methods that begin with a prefix.

    Parameters
    ----------
    incomplete : str
        Beginning of the word to complete.

    Returns
    -------
    completions : list of tuple of str
        Words and their descriptions.
    """
    from hdr_bench.estimators import ESTIMATORS

    return [(name, entry.description) for name, entry in ESTIMATORS.items() if name.startswith(incomplete)]


def complete_transformer(incomplete: str) -> list[tuple[str, str]]:
    """Return the transformers that begin with a prefix.

    Parameters
    ----------
    incomplete : str
        Beginning of the word to complete.

    Returns
    -------
    completions : list of tuple of str
        Words and their descriptions.
    """
    from hdr_bench.estimators import TRANSFORMERS

    return [(name, entry.description) for name, entry in TRANSFORMERS.items() if name.startswith(incomplete)]


def _own_files(incomplete: str) -> Iterable[tuple[str, Path]]:
    beginning = Path(incomplete)
    folder = beginning if incomplete.endswith("/") else beginning.parent
    prefix = incomplete[: incomplete.rfind("/") + 1]
    return [(f"{prefix}{path.name}", path) for path in sorted(folder.glob("*.toml"))]


def _in_a_line(text: object) -> str:
    """Return a text on one line, short enough to show beside a name: a second line would be offered as a name."""
    return shorten(str(text), _LONGEST_TEXT, placeholder="...")


def _title(path: Path) -> str:
    with suppress(OSError, ValueError, RecursionError):
        return _in_a_line(tomllib.loads(read_regular(path).decode()).get("title", ""))
    return ""
