"""Suites that the library carries: files in ``benchmarks/``; one that names its `source` is a published one."""

from importlib import resources
from pathlib import Path

from hdr_bench.experiments.planning.toml_text import read_toml

# Seconds of a suite that states no budget: it comes last.
_ENDLESS = 10**9


def suites_folder() -> Path:
    """Return the folder of the suites: in the installed package, or beside it in a checkout.

    Returns
    -------
    folder : Path
    """
    package = Path(str(resources.files("hdr_bench")))
    return package / "benchmarks" if (package / "benchmarks").is_dir() else package.parent / "benchmarks"


def suite_paths() -> dict[str, Path]:
    """Return the files of the suites.

    Returns
    -------
    paths : dict of str to Path
        By the suites' names, sorted.
    """
    return {path.stem: path for path in sorted(suites_folder().glob("*.toml"))}


def list_suites() -> dict[str, str]:
    """Return the suites that the library carries.

    Returns
    -------
    titles : dict of str to str
        By the suites' names, which are those of their files.

    Raises
    ------
    SuiteError
        If the file of one cannot be read.

    Examples
    --------
    >>> list_suites()["quick"]
    'Nine methods of digit recognition, a first look'
    """
    return {name: str(read_toml(path).get("title", "")) for name, path in suite_paths().items()}


def list_published_suites() -> dict[str, str]:
    """Return the suites among them that regenerate published tables: those whose files name a `source`.

    Returns
    -------
    titles : dict of str to str
        By the suites' names; those that take the least time first, as far as their files state a `budget`.

    Raises
    ------
    SuiteError
        If the file of one cannot be read.
    ValueError
        If a budget is not a valid duration.

    Examples
    --------
    >>> "lecun-1998" in list_published_suites(), "quick" in list_published_suites()
    (True, False)
    """
    # Completion needs the names alone, and pydantic takes longer than all else here.
    from hdr_bench.records.base import parse_seconds

    contents = {name: read_toml(path) for name, path in suite_paths().items()}
    published = {name: content for name, content in contents.items() if content.get("source")}
    return {
        name: str(content.get("title", ""))
        for name, content in sorted(published.items(), key=lambda each: parse_seconds(each[1].get("budget", _ENDLESS)))
    }
