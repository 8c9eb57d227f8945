"""Images for prediction, without labels or whose labels are not used."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hdr_bench.datasets.array_names import parse_array_name
from hdr_bench.datasets.checks import as_images, check_pixels
from hdr_bench.datasets.content_warnings import are_blank
from hdr_bench.datasets.csv_files import is_csv, read_file
from hdr_bench.datasets.file_kinds import describe_file
from hdr_bench.datasets.fitting import Fit, describe_fit, fit_images
from hdr_bench.datasets.folder_scan import scan_folder
from hdr_bench.datasets.idx import read_idx
from hdr_bench.datasets.labelled_images import narrow_alike
from hdr_bench.datasets.loading import load_dataset
from hdr_bench.datasets.memory_room import check_room
from hdr_bench.datasets.paths import expand_path, name_system_errors
from hdr_bench.datasets.pictures import EXTENSIONS, load_picture
from hdr_bench.datasets.polarity import Polarity, to_polarity
from hdr_bench.datasets.stored import list_datasets
from hdr_bench.datasets.stored_arrays import ARRAY_FILES, StoredArray, list_arrays
from hdr_bench.datasets.zip_files import is_zip, unpack
from hdr_bench.error_text import error_line
from hdr_bench.exceptions import DatasetError, DatasetNotFoundError
from hdr_bench.names import visible
from hdr_bench.records.text import list_first

_NEEDED = (
    "expected a CSV file of pixels, a folder of pictures, an .npz or IDX file of images, or the name of a data set"
)

_LABELS_UNUSED = (
    "its labels were not used; to measure the accuracy: hdr-bench evaluate MODEL --dataset csv:FILE --part all"
)


@dataclass(frozen=True, eq=False)
class UnlabelledImages:
    """Images with their names.

    Attributes
    ----------
    images : ndarray of shape (n, height, width)
    names : tuple of str
        Names of the images: paths relative to the folder, values of a column of the table, or numbers from 1.
    heading : str
        Heading of the names: ``file``, the header of the table's column, or ``ImageId``.
    notes : tuple of str
        How they were read.
    """

    images: NDArray[np.generic]
    names: tuple[str, ...]
    heading: str
    notes: tuple[str, ...] = ()


def read_unlabelled(data: str, resize: tuple[int, int] | None = None, fit: Fit | None = None) -> UnlabelledImages:
    """Read images from a file or a folder, or the test part of a data set.

    Parameters
    ----------
    data : str
        A path: a CSV file of pixels, a folder of pictures or one picture, an ``.npz`` or ``.npy`` file, an IDX file of
        images, or a zip archive of one of these. Otherwise a name as for `load_dataset`.
    resize : tuple of int, optional
        Height and width to which pictures are resized.
    fit : {"mnist"}, optional
        Form to which each image is converted separately (`fit_images`); pictures may then differ in size.

    Returns
    -------
    images : UnlabelledImages

    Raises
    ------
    DatasetNotFoundError, UnknownNameError
        If there is no such path or data set.
    DatasetError
        If the images cannot be read.
    """
    path = expand_path(data)
    with name_system_errors():
        if path.exists():
            return _with_note_of_blanks(_read_path(path, resize, fit))
    if ":" not in data and ("/" in data or path.suffix) and data not in list_datasets():
        raise DatasetNotFoundError(f"{path}: there is no such file; {_NEEDED}")
    dataset = load_dataset(data, resize=resize, fit=fit)
    return _number(dataset.test.images, (f"the images are the test part of {data}",))


def _with_note_of_blanks(read: UnlabelledImages) -> UnlabelledImages:
    """Return images with a note about blank ones, for which a model predicts a label too."""
    blank = [read.names[index] for index in np.flatnonzero(are_blank(read.images))]
    if not blank:
        return read
    note = (
        f"1 image is blank, so that its predicted label is meaningless: {blank[0]}"
        if len(blank) == 1
        else f"{len(blank):,} images are blank, so that their predicted labels are meaningless: {list_first(blank)}"
    )
    return replace(read, notes=(*read.notes, note))


def to_one_polarity(read: UnlabelledImages, polarity: Polarity) -> UnlabelledImages:
    """Convert each image to one polarity, with a note on how many were inverted.

    Parameters
    ----------
    read : UnlabelledImages
    polarity : {"light-on-dark", "dark-on-light"}
        MNIST's images are light on dark; most pictures are dark on light.

    Returns
    -------
    read : UnlabelledImages

    Raises
    ------
    DatasetError
        If the polarity of most images is unclear.
    """
    try:
        images, n_inverted = to_polarity(read.images, polarity, read.images.min(), read.images.max())
    except ValueError as error:
        raise DatasetError(f"the images cannot be converted to {polarity}: {error_line(error)}") from error
    note = f"converted to {polarity}: {n_inverted:,} of {len(images):,} images inverted"
    return replace(read, images=images, notes=(*read.notes, note))


def _read_path(path: Path, resize: tuple[int, int] | None, fit: Fit | None) -> UnlabelledImages:
    if is_zip(path):
        with unpack(path) as root:
            read = _read_path(_innermost(root), resize, fit)
            return replace(read, images=np.array(read.images), notes=("read from a zip archive", *read.notes))
    if path.is_dir() or path.suffix.lower() in EXTENSIONS:
        return _read_pictures(path, resize, fit)
    if resize is not None:
        raise DatasetError(f"{path}: resize is only for pictures, and does not apply to this file; omit it")
    reader = next((read for is_of_kind, read in _READERS if is_of_kind(path)), None)
    if reader is None:
        raise DatasetError(f"{path}: {describe_file(path)}; {_NEEDED}")
    read = reader(path)
    return read if fit is None else _fit(read.images, read, fit)


def _fit(images: Iterable[NDArray[np.generic]], read: UnlabelledImages, fit: Fit) -> UnlabelledImages:
    fitted = fit_images(images, fit)
    return replace(read, images=fitted.images, notes=(*read.notes, describe_fit(fitted, fit)))


def _innermost(root: Path) -> Path:
    place = root
    while len(inner := sorted(place.iterdir())) == 1:
        place = inner[0]
        if place.is_file():
            return place if place.suffix.lower() not in EXTENSIONS else place.parent
    return place


def _read_pictures(path: Path, resize: tuple[int, int] | None, fit: Fit | None) -> UnlabelledImages:
    root = path if path.is_dir() else path.parent
    pictures: Sequence[Path] = [path]
    if path.is_dir():
        pictures = scan_folder(path, "a folder of pictures").all_pictures()
    if not pictures:
        raise DatasetError(f"{path}: no picture in this folder; {_NEEDED}")
    names = tuple(visible(picture.relative_to(root).as_posix()) for picture in pictures)
    if fit is not None:
        images = (load_picture(picture, resize).values for picture in pictures)
        return _fit(images, UnlabelledImages(np.empty((0, 0, 0)), names, "file"), fit)
    return UnlabelledImages(_load_alike(path, pictures, resize), names, "file")


def _load_alike(path: Path, pictures: Sequence[Path], resize: tuple[int, int] | None) -> NDArray[np.generic]:
    first = load_picture(pictures[0], resize).values
    check_room(str(path), len(pictures) * first.nbytes)
    images = np.empty((len(pictures), *first.shape), first.dtype)
    for index, picture in enumerate(pictures):
        values = load_picture(picture, resize).values
        if values.shape != first.shape or values.dtype != first.dtype:
            sizes = " and ".join("x".join(map(str, each.shape)) + f" {each.dtype}" for each in (first, values))
            raise DatasetError(
                f"{picture}: pictures of {sizes} pixels in one folder; bring them to the same size with resize, or to "
                "MNIST's form with fit"
            )
        images[index] = values
    return images


def _read_table(path: Path) -> UnlabelledImages:
    table = read_file(path)
    notes = (*table.notes, *([_LABELS_UNUSED] if table.labels is not None else []))
    if table.identifiers is None:
        return _number(table.images, notes)
    values = table.identifiers.tolist()
    names = tuple(f"{value:.0f}" if isinstance(value, float) and value.is_integer() else str(value) for value in values)
    return UnlabelledImages(table.images, names, table.identifier_name or "ImageId", notes)


def _read_arrays(path: Path) -> UnlabelledImages:
    arrays = list_arrays(path)
    possible = [array for array in arrays if len(array.shape) >= 2 and parse_array_name(array.name).role != "labels"]
    chosen = possible if len(possible) == 1 else _most_likely(possible)
    if len(chosen) != 1:
        held = list_first([f"{visible(array.name)} {array.shape}" for array in arrays])
        raise DatasetError(
            f"{path}: it holds {held or 'nothing'}; expected one array of images, or one named test_images or x_test"
        )
    array = chosen[0]
    array.check()
    check_pixels(array.where, array.dtype)
    notes = (f"the images are the array {visible(array.name)}",) if len(arrays) > 1 else ()
    return _from_array(array.where, array.read(), notes)


def _most_likely(arrays: Sequence[StoredArray]) -> list[StoredArray]:
    """Return the images of the test part, or those of no part."""
    names = [(array, parse_array_name(array.name)) for array in arrays]
    for part in ("test", ""):
        images = [array for array, name in names if name.role == "images" and name.part == part]
        if images:
            return images
    return []


def _read_idx(path: Path) -> UnlabelledImages:
    return _from_array(str(path), read_idx(path))


def _from_array(name: str, array: NDArray[np.generic], notes: tuple[str, ...] = ()) -> UnlabelledImages:
    check_pixels(name, array.dtype)
    return _number(narrow_alike([as_images(name, array)])[0], notes)


def _number(images: NDArray[np.generic], notes: tuple[str, ...]) -> UnlabelledImages:
    return UnlabelledImages(images, tuple(map(str, range(1, len(images) + 1))), "ImageId", notes)


def _is_idx(path: Path) -> bool:
    return re.search(r"idx\d", path.name.lower()) is not None


_READERS: tuple[tuple[Callable[[Path], bool], Callable[[Path], UnlabelledImages]], ...] = (
    (lambda path: path.suffix.lower() in ARRAY_FILES, _read_arrays),
    (_is_idx, _read_idx),
    (is_csv, _read_table),
)
