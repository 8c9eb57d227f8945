"""Listing of data sets: what is on disk, where and how large, and how to get the rest."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hdr_bench.records.quantities import format_bytes

if TYPE_CHECKING:
    from hdr_bench.datasets import StoredDataset


def describe_datasets() -> Iterator[str]:
    """Yield the lines on all data sets: built-in ones, added ones, and those prepared from files.

    Yields
    ------
    line : str
    """
    from hdr_bench.datasets import SOURCES, list_stored_datasets, named_sources

    stored, own = list_stored_datasets(), named_sources()
    added = sorted({each.name for each in stored if each.kind == "added"} - own.keys())
    others = sorted({each.name for each in stored} - own.keys() - set(added))
    yield "datasets:"
    # Data sets of a scheme are prepared individually.
    gettable = {name: entry for name, entry in SOURCES.items() if name in own or entry.how_to_get}
    for name, entry in gettable.items():
        copies = [each for each in stored if each.name == name]
        yield from _block(name, entry.description, [*_original(name), *map(describe_stored, copies)] or [_get(name)])
    for name in added:
        yield from _block(name, "added by you", [describe_stored(each) for each in stored if each.name == name])
    if others:
        yield "prepared from your own files, or from OpenML:"
    for name in others:
        yield from _block(name, "", [describe_stored(each) for each in stored if each.name == name])
    yield f"others: {', '.join(name for name in SOURCES if name not in gettable)}"
    if stored:
        total = format_bytes(sum(each.n_bytes for each in stored))
        yield f"{total} in all; to remove added or prepared data: hdr-bench data remove NAME"


def describe_places() -> Iterator[str]:
    """Yield the lines on where data are looked for and stored.

    Yields
    ------
    line : str

    Raises
    ------
    DatasetError
        If the path of the data home or of the cache cannot be expanded.
    """
    from hdr_bench.datasets.home import added_home, cache_home, data_home, is_writable, missing_home

    home, cache = data_home(), cache_home()
    if missing_home():
        yield f"data home: {home}\n  {missing_home()}"
    elif home.exists() and not home.is_dir():
        yield f"data home: {home} (a file; set HDR_BENCH_DATA to a folder)"
    else:
        yield f"data home: {home}"
        yield f"added data: {added_home()}"
    yield f"cache: {cache}{'' if is_writable(cache) else ' (not writable, so data are read again each time)'}"


def describe_stored(stored: "StoredDataset") -> str:
    """Describe the files of a data set on disk.

    Parameters
    ----------
    stored : StoredDataset

    Returns
    -------
    text : str
    """
    if stored.n_train is None or stored.n_test is None:
        return f"damaged, {format_bytes(stored.n_bytes)}, {stored.folder}"
    images = f"{stored.n_train:,} training and {stored.n_test:,} test images"
    return f"{stored.kind}: {images}, {format_bytes(stored.n_bytes)}, {stored.folder}"


def _block(name: str, description: str, lines: list[str]) -> Iterator[str]:
    yield f"  {name}  {description}".rstrip()
    for line in lines:
        yield f"      {line}"


def _get(name: str) -> str:
    from hdr_bench.datasets import SOURCES

    how = SOURCES[name].how_to_get
    return f"not on disk; get it with: {how}" if how else "not prepared yet; no download needed"


def _original(name: str) -> list[str]:
    from hdr_bench.datasets.home import original_folder
    from hdr_bench.exceptions import DatasetError

    scheme = name.partition(":")[0]
    lines = []
    # The folder in MNIST-C's archive is spelt with an underscore.
    for folder_name in dict.fromkeys((scheme, scheme.replace("-", "_"))):
        try:
            folder = original_folder(folder_name)
            files = [path for path in folder.rglob("*") if path.is_file()] if folder.is_dir() else []
            n_bytes = sum(path.stat().st_size for path in files)
        except (DatasetError, OSError):
            continue
        if files:
            lines.append(f"original files: {format_bytes(n_bytes)}, {folder}")
    return lines
