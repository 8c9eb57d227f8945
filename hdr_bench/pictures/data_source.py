"""Folders of pictures with known digits, as data sets of digits cut out of them: ``pictures:DIR``."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hdr_bench.datasets.assembly import assemble_dataset
from hdr_bench.datasets.dataset import Dataset, Part
from hdr_bench.datasets.folder_scan import name_some
from hdr_bench.datasets.paths import expand_path
from hdr_bench.datasets.source import DEFAULT_TEST_SIZE, ReadOptions, Source, key_of, stamp_of
from hdr_bench.exceptions import DatasetError
from hdr_bench.pictures.alignment import Answer, align_answers
from hdr_bench.pictures.reading import ReadDigit, Reading
from hdr_bench.pictures.true_digits import TrueDigits, find_true_digits

CLASS_NAMES = tuple("0123456789")
# If fewer digits are found, the names are probably not the digits of these pictures but e.g. dates of photos.
_LEAST_ALIGNED = 0.5


@dataclass(frozen=True, eq=False)
class CutDigits:
    """Digits cut out of one picture.

    Attributes
    ----------
    images : ndarray of shape (n, 28, 28), dtype uint8
        In MNIST's form.
    labels : ndarray of shape (n,), dtype int64
        True digits, regardless of what the reader read.
    n_true : int
        Number of true digits; those beyond `n` were not found, or could not be identified.
    n_unused : int
        Number of marks that were read as digits but could not be matched with a true digit.
    n_rejected : int
        Number of the images that the reader rejected.
    n_disputed : int
        Number of the images that it read, without rejecting them, as a digit other than the true one.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    n_true: int
    n_unused: int
    n_rejected: int
    n_disputed: int


def pictures_source(folder: str, options: ReadOptions) -> Source:
    """Return the source of ``pictures:DIR``.

    Parameters
    ----------
    folder : str
        Path as written by the user.
    options : ReadOptions

    Returns
    -------
    source : Source

    Raises
    ------
    DatasetNotFoundError
        If the folder does not exist.
    DatasetError
        If it contains no pictures, or the digits in its pictures are not known.
    """
    root = expand_path(folder)
    true_digits = find_true_digits(root)
    name = f"pictures:{root}"
    return Source(
        key=key_of(name, options),
        stamp=_stamp(true_digits, root),
        read=lambda: _read(name, root, options, true_digits),
    )


def read_pictures_folder(name: str, root: Path, options: ReadOptions) -> Dataset:
    """Cut the digits out of all pictures in a folder, and label them with the true digits.

    The pictures are read as by ``hdr-bench read``. Each picture goes to the train or the test part as a whole, since
    its digits share hand, pen and paper.

    Parameters
    ----------
    name : str
        Name of the data set.
    root : Path
        Path of the folder.
    options : ReadOptions
        Provides `test_size`, by default a fifth, and the seed of the split.

    Returns
    -------
    dataset : Dataset

    Raises
    ------
    DatasetNotFoundError
        If the folder does not exist.
    DatasetError
        If a picture cannot be read, its digits are not known, fewer than half of the digits are found in order, or
        there are too few for two parts.
    """
    return _read(name, root, options, find_true_digits(root))


def _read(name: str, root: Path, options: ReadOptions, true_digits: TrueDigits) -> Dataset:
    from hdr_bench.pictures.reader import read_picture

    cuts = {path: cut_digits(read_picture, path, lines) for path, lines in true_digits.lines.items()}
    _check_aligned(root, cuts)
    train, test = _part_pictures(name, list(cuts.values()), options)
    size = DEFAULT_TEST_SIZE if options.test_size is None else options.test_size
    note = f"split by the library: whole pictures with {size:g} of the digits to test, seed {options.random_state}"
    notes = (*_describe(cuts), *_describe_disputed(root, cuts), note)
    dataset = assemble_dataset(name, train, test, CLASS_NAMES, notes, _warn(root, cuts, true_digits))
    return replace(dataset, cut_note=note)


def cut_digits(read: Callable[[Path], Reading], path: Path, lines: tuple[str, ...]) -> CutDigits:
    """Read a picture and return its digits whose true value is certain.

    Parameters
    ----------
    read : callable
        Takes a path and returns a `Reading`.
    path : Path
    lines : tuple of str
        Digits that the picture shows.

    Returns
    -------
    digits : CutDigits
    """
    truth, marks = "".join(lines), _in_order(read(path).digits)
    aligned = align_answers(truth, [Answer(mark.digit, mark.rejected) for mark in marks])
    images = [marks[mark].image for mark in aligned]
    return CutDigits(
        images=np.array(images, dtype=np.uint8).reshape(-1, 28, 28),
        labels=np.array([int(truth[digit]) for digit in aligned.values()], dtype=np.int64),
        n_true=len(truth),
        n_unused=sum(not mark.rejected for number, mark in enumerate(marks) if number not in aligned),
        n_rejected=sum(marks[mark].rejected for mark in aligned),
        n_disputed=sum(
            not marks[mark].rejected and marks[mark].digit != int(truth[digit]) for mark, digit in aligned.items()
        ),
    )


def _in_order(digits: tuple[ReadDigit, ...]) -> list[ReadDigit]:
    """Return marks in reading order, with rejected marks at their place in their line, and without those outside lines.

    If there are no lines, since all marks were rejected, they are ordered from left to right.
    """
    if all(digit.line is None for digit in digits):
        return sorted(digits, key=lambda digit: digit.box)
    in_lines = [(digit.line, digit.box[0], number) for number, digit in enumerate(digits) if digit.line is not None]
    return [digits[number] for *_, number in sorted(in_lines)]


def _stamp(true_digits: TrueDigits, root: Path) -> str:
    """Return a fingerprint of the files, the code and the model that read them."""
    from hdr_bench.models.embedded import EMBEDDED_MODEL

    digest = hashlib.sha256(stamp_of(true_digits.files, root).encode())
    for path in (*sorted(Path(__file__).parent.glob("*.py")), EMBEDDED_MODEL):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _check_aligned(root: Path, cuts: dict[Path, CutDigits]) -> None:
    n_aligned, n_true = (
        sum(map(count, cuts.values())) for count in (lambda cut: len(cut.labels), lambda cut: cut.n_true)
    )
    if n_true and n_aligned >= _LEAST_ALIGNED * n_true:
        return
    if not n_true:
        raise DatasetError(
            f"{root}: none of the {len(cuts):,} pictures shows a digit, according to their names or truth.csv"
        )
    raise DatasetError(
        f"{root}: of {n_true:,} digits in names or truth.csv, only {n_aligned:,} were found in order; check a reading "
        "with hdr-bench read PICTURE, and correct the names or truth.csv"
    )


def _part_pictures(name: str, cuts: list[CutDigits], options: ReadOptions) -> tuple[Part, Part]:
    """Return the train and the test part: pictures in random order, in train until it has its share and two classes."""
    used = [cut for cut in cuts if len(cut.labels)]
    n_digits = sum(len(cut.labels) for cut in used)
    test_size = DEFAULT_TEST_SIZE if options.test_size is None else options.test_size
    train: list[CutDigits] = []
    test: list[CutDigits] = []
    for number in np.random.default_rng(options.random_state).permutation(len(used)):
        labels = np.concatenate([np.empty(0, np.int64), *(cut.labels for cut in train)])
        is_full = len(labels) >= (1 - test_size) * n_digits and len(np.unique(labels)) > 1
        (test if is_full else train).append(used[number])
    if not test:
        test = [train.pop()] if len(train) > 1 else []
    if not test:
        raise DatasetError(
            f"{name}: digits were found in {len(used):,} picture only; at least two are needed, since each one "
            "belongs entirely to the train or the test part"
        )
    return _join(train), _join(test)


def _join(cuts: list[CutDigits]) -> Part:
    return Part(np.concatenate([cut.images for cut in cuts]), np.concatenate([cut.labels for cut in cuts]))


def _describe(cuts: dict[Path, CutDigits]) -> tuple[str, ...]:
    n_digits, n_rejected = sum(len(cut.labels) for cut in cuts.values()), sum(cut.n_rejected for cut in cuts.values())
    note = f"{n_digits:,} digits cut out of {len(cuts):,} pictures, each labelled by its position among the true digits"
    if not n_rejected:
        return (note,)
    return (note, f"{n_rejected:,} of them were rejected by the reader; they are included anyway")


def _describe_disputed(root: Path, cuts: dict[Path, CutDigits]) -> tuple[str, ...]:
    """Return a note on pictures whose true digits may be those of another picture; readers make errors too."""
    disputed = [path for path, cut in cuts.items() if 2 * cut.n_disputed > len(cut.labels)]
    if not disputed:
        return ()
    return (
        f"in {len(disputed):,} of {len(cuts):,} pictures the reader reads most digits differently from the names or "
        f"truth.csv: {name_some(disputed, root)}; check that these are right",
    )


def _warn(root: Path, cuts: dict[Path, CutDigits], true_digits: TrueDigits) -> tuple[str, ...]:
    warnings = []
    lost = [path for path, cut in cuts.items() if len(cut.labels) < cut.n_true]
    if lost:
        n_true = sum(cut.n_true for cut in cuts.values())
        n_lost = n_true - sum(len(cut.labels) for cut in cuts.values())
        warnings.append(
            f"{n_lost:,} of {n_true:,} digits were not found or could not be identified: {name_some(lost, root)}; "
            "only the remaining digits are used"
        )
    unused = [path for path, cut in cuts.items() if cut.n_unused]
    if unused:
        n_unused = sum(cut.n_unused for cut in cuts.values())
        warnings.append(
            f"{n_unused:,} marks were read as digits but do not match a true digit: {name_some(unused, root)}"
        )
    if true_digits.unlisted:
        n_unlisted = len(true_digits.unlisted)
        warnings.append(
            f"{n_unlisted:,} pictures are not in truth.csv and are left out: {name_some(true_digits.unlisted, root)}"
        )
    return tuple(warnings)
