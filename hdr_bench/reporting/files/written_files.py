"""Which files of a folder are a report's: only those may the next one replace or remove."""

import re
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from hdr_bench.files import read_regular

LIST = "report-files.txt"
"""The file that names what the last report wrote, a name a line."""

PAGES = ("report.md", "report.html")
RESULTS, SUMMARY = "results.json", "summary.json"

# The tables of the versions that kept no list.
_TABLES_BEFORE_LIST = ("accuracy", "published", "claims", "time", "memory", "scores", "search", "classes", "pairs")

_HEAD = "# What hdr-bench report wrote here. Its next report removes those of them that it does not write again."
_FORM = re.compile(r"report\.(md|html)|summary\.json|figures/[^/]+\.(png|svg|pdf)|tables/[^/]+\.(csv|tex)")
_OTHERS = re.compile(rf"{re.escape(RESULTS)}|{re.escape(LIST)}|gallery/[^/]+\.npz")
_GALLERY = re.compile(r"gallery/[0-9a-f]{16}\.npz")
_FIGURE = re.compile(r"\]\((figures/[^/()\s]+)\.png\)")
# What every version has written, near the beginning of a file or, of the prose, at its end.
_GENERATOR = b'<meta name="generator" content="hdr-bench">'
_LAST_SENTENCE = b"Each trial, with its settings and measurements, is in `results.json`."
# Pages of version 0.1.0 name no generator.
_LAST_OF_FIRST_VERSION = (
    b"Each trial, with its settings and measurements, is in <code>results.json</code> beside this page."
)
_RECORDS = re.compile(rb'\s*\[\s*\{\s*"format_version"')
_FACTS = re.compile(rb'\s*\{\s*"suite"\s*:[\s\S]*"verdicts"\s*:')


def encode_list(names: Iterable[str]) -> bytes:
    """Return the list of a report's files as `LIST` holds it.

    Parameters
    ----------
    names : iterable of str
        Files below the run's folder; those that are no report's are left out.

    Returns
    -------
    content : bytes
    """
    return "\n".join([_HEAD, *sorted(filter(_FORM.fullmatch, names)), ""]).encode()


def is_report_file(name: str) -> bool:
    """Return whether a name below a run's folder is one that a report's file can have.

    Parameters
    ----------
    name : str
        E.g. ``"tables/time.csv"``.

    Returns
    -------
    is_one : bool

    Examples
    --------
    >>> is_report_file("tables/time.csv"), is_report_file("../time.csv")
    (True, False)
    """
    return bool(_FORM.fullmatch(name) or _OTHERS.fullmatch(name))


def linked_folder(folder: Path, name: str) -> Path | None:
    """Return the link that a name below a run's folder leads through, if there is one: behind it no file is the run's.

    A link in place of the file itself is none of them: it is replaced or removed, not what it leads to.

    Parameters
    ----------
    folder : Path
        The run's.
    name : str
        A file below it.

    Returns
    -------
    link : Path or None
    """
    parents = [folder / parent for parent in Path(name).parents if parent != Path()]
    return next((parent for parent in reversed(parents) if parent.is_symlink()), None)


def names_in(path: Path) -> set[str] | None:
    """Return what a list of files names, if it is of the form that a report can have.

    Parameters
    ----------
    path : Path
        The list.

    Returns
    -------
    names : set of str or None
        None if there is no list that a report wrote.
    """
    try:
        lines = read_regular(path).decode().splitlines()
    except (OSError, ValueError):
        return None
    names = set(filter(_FORM.fullmatch, lines))
    return names if lines[:1] == [_HEAD] or (lines and names.issuperset(lines)) else None


def earlier_names(folder: Path) -> set[str]:
    """Return what a report of a version that kept no list has certainly written: what its pages show or go with.

    Figures are those that ``report.md`` shows. All else in the folder may be somebody's own, and is none of them.

    Parameters
    ----------
    folder : Path
        The run's.

    Returns
    -------
    names : set of str
    """
    if not _looks_written(RESULTS, folder / RESULTS):
        return set()
    prose, page = (_content(folder / name) for name in PAGES)
    names = {"report.md"} if prose else set()
    if _is_our_page(page):
        names.add("report.html")
    if not names:
        return set()
    for stem in _FIGURE.findall(prose.decode(errors="replace")):
        names |= {f"{stem}.png", f"{stem}.svg"}
    return names | {f"tables/{name}.{ending}" for name in _TABLES_BEFORE_LIST for ending in ("csv", "tex")}


def foreign_names(folder: Path, names: Iterable[str]) -> list[str]:
    """Return those of the names under which there is a file that no report has written; pipes hold nothing to lose.

    Parameters
    ----------
    folder : Path
        The run's.
    names : iterable of str
        Files below it.

    Returns
    -------
    names : list of str
    """
    there = [name for name in names if (folder / name).is_file()]
    if not there:
        return []
    listed = names_in(folder / LIST)
    written = (listed or set()) | earlier_names(folder)
    # Without a list there are also figures that only the page shows, which names none of its files.
    if listed is None and "report.html" in written:
        return []
    return [name for name in there if not (name in written or _looks_written(name, folder / name))]


def _looks_written(name: str, path: Path) -> bool:
    """Return whether a file is, by what it holds, one that a report of some version wrote."""
    if name == LIST:
        # Whatever it was changed to, beside results of ours.
        return names_in(path) is not None or _looks_written(RESULTS, path.with_name(RESULTS))
    if name == RESULTS:
        return bool(_RECORDS.match(_content(path)))
    if name == SUMMARY:
        return bool(_FACTS.match(_content(path)))
    if name == "report.html":
        return _is_our_page(_content(path))
    if name == "report.md":
        return _LAST_SENTENCE in _content(path)
    # Named by the fingerprint of a data set.
    return bool(_GALLERY.fullmatch(name))


def _is_our_page(page: bytes) -> bool:
    return _GENERATOR in page[:1000] or _LAST_OF_FIRST_VERSION in page[-1000:]


def _content(path: Path) -> bytes:
    with suppress(OSError):
        return read_regular(path)
    return b""
