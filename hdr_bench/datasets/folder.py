"""Labelled picture folders: ``folder:DIR``."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hdr_bench.datasets.assembly import assemble_dataset
from hdr_bench.datasets.content_warnings import are_blank
from hdr_bench.datasets.dataset import Dataset, Part
from hdr_bench.datasets.fitting import Fit, describe_fit, fit_images, stamp_with_fit
from hdr_bench.datasets.folder_layout import Layout, find_layout
from hdr_bench.datasets.folder_part import TABLES
from hdr_bench.datasets.folder_scan import name_some
from hdr_bench.datasets.memory_room import check_room
from hdr_bench.datasets.paths import expand_path
from hdr_bench.datasets.pictures import load_picture
from hdr_bench.datasets.polarity import PolarityCounts, image_polarities
from hdr_bench.datasets.source import ReadOptions, Source, cut_dataset, key_of, refuse_cut, stamp_of
from hdr_bench.datasets.zip_files import is_zip, zip_source
from hdr_bench.exceptions import DatasetError


def folder_source(folder: str, options: ReadOptions) -> Source:
    """Return the source of ``folder:DIR``.

    Parameters
    ----------
    folder : str
        Path as the user wrote it.
    options : ReadOptions

    Returns
    -------
    source : Source

    Raises
    ------
    DatasetNotFoundError
        If the folder does not exist.
    DatasetError
        If it holds no picture, its layout or a label is unclear, or it cannot be read.
    """
    root = expand_path(folder)
    if is_zip(root):
        return zip_source(folder, options)
    layout = find_layout(root)
    return Source(
        key=key_of(f"folder:{root}", options),
        stamp=stamp_with_fit(stamp_of(layout.files, root), options.fit),
        read=lambda: _read(f"folder:{root}", root, layout, options),
    )


def read_folder(name: str, root: Path, options: ReadOptions) -> Dataset:
    """Read every picture below `root`, and split them if there is no test part.

    Parameters
    ----------
    name : str
        Name of the data set.
    root : Path
        The folder.
    options : ReadOptions

    Returns
    -------
    dataset : Dataset

    Raises
    ------
    DatasetError
        If a picture cannot be read or differs from the others in size or type, or all are blank or of one class.
    """
    return _read(name, root, find_layout(root), options)


def _read(name: str, root: Path, layout: Layout, options: ReadOptions) -> Dataset:
    test = layout.test or {}
    if test:
        refuse_cut(name, options)
    class_names = _in_order({*layout.train.values(), *test.values()})
    if len(set(layout.train.values())) < 2:
        only = next(iter(layout.train.values()))
        tables = [path for path in layout.files if path.suffix.lower() in TABLES]
        unread = f"; labels are not read from {name_some(tables, root)}" if tables else ""
        raise DatasetError(f"{root}: all pictures are of one class, {only!r}{unread}; at least two are needed")
    paths = [*layout.train, *test]
    images, notes = _load(root, paths, options) if options.fit is None else _fit(paths, options, options.fit)
    warnings = (*layout.warnings, *_warn_of_blanks(root, paths, images))
    positions = {label: position for position, label in enumerate(class_names)}
    labels = np.array([positions[label] for label in (*layout.train.values(), *test.values())], dtype=np.int64)
    notes = (*layout.notes, *notes, *_note_mixture(root, paths, images))
    if not test:
        return cut_dataset(name, images, labels, class_names, options, notes, warnings)
    n = len(layout.train)
    parts = (Part(images[:n], labels[:n]), Part(images[n:], labels[n:]))
    return assemble_dataset(name, *parts, class_names, notes, warnings)


def _in_order(labels: set[str]) -> tuple[str, ...]:
    if all(label.isdecimal() for label in labels):
        return tuple(sorted(labels, key=lambda label: (int(label), label)))
    return tuple(sorted(labels))


def _load(root: Path, paths: list[Path], options: ReadOptions) -> tuple[NDArray[np.generic], tuple[str, ...]]:
    """Return the pictures as one array, and notes on how they were read.

    Raises
    ------
    DatasetError
        If one cannot be read, or differs from the first in size or type.
    """
    first = load_picture(paths[0], options.resize).values
    check_room(str(root), len(paths) * first.nbytes)
    images = np.empty((len(paths), *first.shape), first.dtype)
    multiple = []
    for index, path in enumerate(paths):
        picture = load_picture(path, options.resize)
        _check_alike(path, picture.values, paths[0], first)
        images[index] = picture.values
        multiple.append(picture.n_pictures > 1)
    return images, _note_multiple(sum(multiple))


def _fit(paths: list[Path], options: ReadOptions, fit: Fit) -> tuple[NDArray[np.generic], tuple[str, ...]]:
    """Return pictures of any size in the form of a data set, and notes on how they were read."""
    multiple: list[bool] = []

    def pictures() -> Iterator[NDArray[np.generic]]:
        for path in paths:
            picture = load_picture(path, options.resize)
            multiple.append(picture.n_pictures > 1)
            yield picture.values

    fitted = fit_images(pictures(), fit)
    return fitted.images, (*_note_multiple(sum(multiple)), describe_fit(fitted, fit))


def _note_multiple(n_multiple: int) -> tuple[str, ...]:
    if not n_multiple:
        return ()
    return (f"{n_multiple:,} files hold several pictures, as phones write them; the first of each was used",)


def _check_alike(path: Path, values: NDArray[np.generic], first_path: Path, first: NDArray[np.generic]) -> None:
    if values.shape != first.shape:
        raise DatasetError(
            f"{path}: {_size(values)} pixels, but {first_path.name} has {_size(first)}; bring them to the same size "
            'with resize, e.g. resize=(28, 28), or convert digits to the form of MNIST with fit="mnist"'
        )
    if values.dtype != first.dtype:
        raise DatasetError(
            f"{path}: {values.dtype} pixels, but {first_path.name} has {first.dtype}; save all with the same type"
        )


def _warn_of_blanks(root: Path, paths: Sequence[Path], images: NDArray[np.generic]) -> tuple[str, ...]:
    blank = [path for path, is_blank in zip(paths, are_blank(images), strict=True) if is_blank]
    if len(blank) == len(paths):
        raise DatasetError(f"{root}: all {len(paths):,} pictures are blank (all pixels have the same value)")
    if not blank:
        return ()
    counts = f"{len(blank):,} of {len(paths):,} pictures are blank (all pixels have the same value)"
    return (f"{counts}: {name_some(blank, root)}",)


def _note_mixture(root: Path, paths: Sequence[Path], images: NDArray[np.generic]) -> tuple[str, ...]:
    """Return a note on which pictures differ in polarity from most; a warning of mixed polarity is issued anyway."""
    polarities = image_polarities(images)
    light, dark = (np.flatnonzero(polarities == code) for code in (1, -1))
    if not PolarityCounts(len(light), len(dark)).is_mixed:
        return ()
    fewer, which = (light, "light on dark") if len(light) < len(dark) else (dark, "dark on light")
    examples = name_some([paths[int(index)] for index in fewer], root)
    return (f"{len(fewer):,} of {len(paths):,} pictures are {which}, unlike most: {examples}",)


def _size(picture: NDArray[np.generic]) -> str:
    return f"{picture.shape[0]}x{picture.shape[1]}"
