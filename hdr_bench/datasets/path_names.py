"""Messages about data as a result can hold them: files by name, without the folders of the machine."""

import re
from collections.abc import Iterator
from pathlib import Path

from hdr_bench.datasets.home import CACHE, HOME, cache_home, data_home
from hdr_bench.exceptions import DatasetError

# What is left once the known folders have their names; a web address has two slashes, a share such as 3/4 one amid it.
_ABSOLUTE = re.compile(r"(?<![\w/.~$-])/(?!/)(?:[^\s/:;,'\"()]+/)*([^\s/:;,'\"()]+)/?")

# Folders that are named before a file in them; a name alone is one in the working folder or the suite's.
_PREFIXES = (f"${HOME}", f"${CACHE}", "~")


def shorten_paths(text: str, name: str = "", folder: Path | None = None) -> str:
    """Return a message with its paths as a suite would write them, whichever machine it was written on.

    What is in the working folder or in the suite's is named from there, what is in the data home or the cache after the
    variable that names it, and any other file by its name alone.

    Parameters
    ----------
    text : str
        What is wrong with a data set.
    name : str, default=""
        The data set's, with its place if it has one, as ``h5:digits/usps.h5``.
    folder : Path, optional
        The suite's.

    Returns
    -------
    text : str

    Examples
    --------
    >>> shorten_paths("/home/ada/usps.h5: damaged, see https://example.org/usps", "h5:/home/ada/usps.h5")
    'usps.h5: damaged, see https://example.org/usps'
    """
    place = name.partition(":")[2]
    if place.startswith("/"):
        text = text.replace(place, Path(place).name)
    # The longest first: one may be inside another.
    for known, name_of in sorted(_known_folders(folder), key=lambda each: -len(each[0])):
        text = re.sub(rf"(?<![\w/.~$-]){re.escape(known)}/", f"{name_of}/" if name_of in _PREFIXES else "", text)
        text = re.sub(rf"(?<![\w/.~$-]){re.escape(known)}(?![\w/~$-]|\.\w)", name_of, text)
    return _ABSOLUTE.sub(r"\1", text)


def _known_folders(folder: Path | None) -> Iterator[tuple[str, str]]:
    """Give folders, each with what it is called."""
    named = (
        (Path.cwd, "the working folder"),
        (lambda: folder or Path.cwd(), "the suite's folder"),
        (data_home, f"${HOME}"),
        (cache_home, f"${CACHE}"),
        (Path.home, "~"),
    )
    for find, name in named:
        try:
            found = find()
        # There may be no working folder any more, no home, or one of a user that does not exist.
        except (OSError, RuntimeError, DatasetError):
            continue
        for path in dict.fromkeys((found, found.resolve())):
            if path != path.parent:
                yield str(path), name
