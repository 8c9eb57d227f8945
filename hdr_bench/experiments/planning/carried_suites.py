"""Built-in suites: the files in ``benchmarks/``; those that name their `source` are published suites."""

from importlib import resources
from pathlib import Path

from hdr_bench.experiments.planning.toml_text import read_toml

# Seconds assumed for a suite without a budget, so that it comes last.
_ENDLESS = 10**9


def suites_folder() -> Path:
    """Return the folder of the suites: in the installed package, or next to it in a checkout.

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
        By name of the suite, sorted.
    """
    return {path.stem: path for path in sorted(suites_folder().glob("*.toml"), key=lambda path: path.stem)}


def list_suites() -> dict[str, str]:
    """Return the built-in suites.

    Returns
    -------
    titles : dict of str to str
        By name of the suite, which is that of its file.

    Raises
    ------
    SuiteError
        If a suite file cannot be read.

    Examples
    --------
    >>> list_suites()["quick"]
    'Nine methods of digit recognition, a first look'
    """
    return {name: str(read_toml(path).get("title", "")) for name, path in suite_paths().items()}


def list_published_suites() -> dict[str, str]:
    """Return the built-in suites that regenerate published tables: those whose files name a `source`.

    Returns
    -------
    titles : dict of str to str
        By name of the suite, in ascending order of the `budget` in its file, if it has one.

    Raises
    ------
    SuiteError
        If a suite file cannot be read.
    ValueError
        If a budget is not a valid duration.

    Examples
    --------
    >>> "lecun-1998" in list_published_suites(), "quick" in list_published_suites()
    (True, False)
    """
    # Completion needs only the names, and importing pydantic would take longer than everything else here.
    from hdr_bench.records.base import parse_seconds

    contents = {name: read_toml(path) for name, path in suite_paths().items()}
    published = {name: content for name, content in contents.items() if content.get("source")}
    return {
        name: str(content.get("title", ""))
        for name, content in sorted(published.items(), key=lambda each: parse_seconds(each[1].get("budget", _ENDLESS)))
    }
