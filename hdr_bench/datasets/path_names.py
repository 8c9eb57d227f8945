"""Messages about data for results: files by name, without the folders of the machine."""

import re
from collections.abc import Iterator
from pathlib import Path

from hdr_bench.datasets.home import CACHE, HOME, cache_home, data_home
from hdr_bench.exceptions import DatasetError

# Paths that remain once known folders are replaced; not a web address, with two slashes, nor a fraction such as 3/4.
_ABSOLUTE = re.compile(r"(?<![\w/.~$-])/(?!/)(?:[^\s/:;,'\"()]+/)*([^\s/:;,'\"()]+)/?")

# Folder names that precede a file's name; files in the working folder or the suite's folder have no such prefix.
_PREFIXES = (f"${HOME}", f"${CACHE}", "~")


def shorten_paths(text: str, name: str = "", folder: Path | None = None) -> str:
    """Return a message with its paths as a suite would write them, independent of the machine.

    Paths in the working folder or the suite's folder are relative to it, paths in the data home or the cache start with
    the variable that names it, and any other file is given by its name alone.

    Parameters
    ----------
    text : str
        Message about a data set.
    name : str, default=""
        Name of the data set, with its path if it has one, such as ``h5:digits/usps.h5``.
    folder : Path, optional
        The suite's folder.

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
    # Longest first, since one may be inside another.
    for known, name_of in sorted(_known_folders(folder), key=lambda each: -len(each[0])):
        text = re.sub(rf"(?<![\w/.~$-]){re.escape(known)}/", f"{name_of}/" if name_of in _PREFIXES else "", text)
        text = re.sub(rf"(?<![\w/.~$-]){re.escape(known)}(?![\w/~$-]|\.\w)", name_of, text)
    return _ABSOLUTE.sub(r"\1", text)


def _known_folders(folder: Path | None) -> Iterator[tuple[str, str]]:
    """Yield known folders with their names."""
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
        # The working folder may be gone, or there may be no home folder, or no such user.
        except (OSError, RuntimeError, DatasetError):
            continue
        for path in dict.fromkeys((found, found.resolve())):
            if path != path.parent:
                yield str(path), name
