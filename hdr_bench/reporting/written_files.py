"""Which files of a folder the last report wrote: only those may the next one remove."""

import re
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from hdr_bench.files import read_regular

LIST = "report-files.txt"
"""The file that names them, a name a line."""

PAGES = ("report.md", "report.html")

_HEAD = "# What hdr-bench report wrote here. Its next report removes those of them that it does not write again."
_FORM = re.compile(r"report\.(md|html)|summary\.json|figures/[^/]+\.(png|svg)|tables/[^/]+\.(csv|tex)")
# Reports of versions that kept no list.
_GENERATOR = b'<meta name="generator" content="hdr-bench">'
_FIGURE = re.compile(r"\]\((figures/[^/()\s]+)\.png\)")
_TABLES = ("accuracy", "published", "claims", "time", "memory", "scores", "search", "classes", "pairs")


def written_list(names: Iterable[str]) -> bytes:
    """Return the list of a report's files as `LIST` holds it."""
    return "\n".join([_HEAD, *sorted(filter(_FORM.fullmatch, names)), ""]).encode()


def names_in(path: Path) -> set[str] | None:
    """Return what a list names, if it is of the form that a report can have; None if there is no list to be read."""
    try:
        lines = read_regular(path).decode().splitlines()
    except (OSError, ValueError):
        return None
    return set(filter(_FORM.fullmatch, lines))


def earlier_names(folder: Path) -> set[str]:
    """Return what a report of a version that kept no list has certainly written: what its pages show or go with.

    Figures are those that ``report.md`` shows. All else in the folder may be somebody's own, and is none of them.
    """
    if not (folder / "results.json").is_file():
        return set()
    prose, page = (_content(folder / name) for name in PAGES)
    names = {"report.md"} if prose else set()
    if _GENERATOR in page[:1000]:
        names.add("report.html")
    if not names:
        return set()
    for stem in _FIGURE.findall(prose.decode(errors="replace")):
        names |= {f"{stem}.png", f"{stem}.svg"}
    return names | {f"tables/{name}.{ending}" for name in _TABLES for ending in ("csv", "tex")}


def _content(path: Path) -> bytes:
    with suppress(OSError):
        return read_regular(path)
    return b""
