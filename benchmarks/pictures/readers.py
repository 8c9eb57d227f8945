"""Every method of the library as the reader of the same cut-out digits."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.pictures.intervals import share_of_digits
from benchmarks.pictures.levels import PageResult
from benchmarks.pictures.reading import Read
from benchmarks.pictures.real_pictures import RealPicture
from hdr_bench import load_dataset
from hdr_bench.estimators import ESTIMATORS
from hdr_bench.models import load_model, save_model
from hdr_bench.pictures.data_source import cut_digits

MODELS = Path(__file__).resolve().parents[2] / "build" / "pictures" / "models"


@dataclass(frozen=True, eq=False)
class CutOuts:
    """Digits that were cut out of pictures.

    Attributes
    ----------
    images : ndarray of shape (n, 28, 28), dtype uint8
    labels : ndarray of shape (n,), dtype int64
    pictures : ndarray of shape (n,), dtype int64
        Number of the picture that each comes from.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    pictures: NDArray[np.int64]


def cut_pages(results: Iterable[PageResult]) -> CutOuts:
    """Return the digits that were cut out of generated pages, as they truly are.

    Parameters
    ----------
    results : iterable of PageResult

    Returns
    -------
    cut_outs : CutOuts
    """
    return _join([list(result.cut_outs()) for result in results])


def cut_real_pictures(pictures: Sequence[RealPicture], read: Read) -> CutOuts:
    """Return the digits that were cut out of real pictures, of those of which it is certain what they are.

    Parameters
    ----------
    pictures : sequence of RealPicture
    read : callable

    Returns
    -------
    cut_outs : CutOuts
    """
    cuts = [cut_digits(read, picture.path, picture.lines) for picture in pictures]
    return _join([list(zip(cut.images, cut.labels.tolist(), strict=True)) for cut in cuts])


def _join(cuts: Sequence[Sequence[tuple[NDArray[np.uint8], int]]]) -> CutOuts:
    images = [image for cut in cuts for image, _ in cut]
    labels = [label for cut in cuts for _, label in cut]
    pictures = np.repeat(np.arange(len(cuts)), [len(cut) for cut in cuts])
    return CutOuts(np.array(images, dtype=np.uint8).reshape(-1, 28, 28), np.array(labels, dtype=np.int64), pictures)


def compare_readers(cut_outs: dict[str, CutOuts]) -> Iterator[dict[str, object]]:
    """Evaluate each method on MNIST's test images and on cut-out digits.

    Parameters
    ----------
    cut_outs : dict of str to CutOuts
        By what the table calls them.

    Yields
    ------
    row : dict
        A row of the table: the method, and the share that it gets right of each.
    """
    test = load_dataset("mnist").test
    for name in ESTIMATORS:
        model = fitted_model(name)
        accuracy = float(np.mean(model.predict(test.X) == test.y))
        row: dict[str, object] = {"Method": name, "MNIST (%)": f"{100 * accuracy:.2f}"}
        for title, digits in cut_outs.items():
            right = model.predict(digits.images.reshape(len(digits.images), -1)) == digits.labels
            n_pictures = int(digits.pictures.max()) + 1
            counts = np.bincount(digits.pictures[right], minlength=n_pictures)
            sizes = np.bincount(digits.pictures, minlength=n_pictures)
            row[f"{title} (%)"] = str(share_of_digits(counts.tolist(), sizes.tolist()))
        yield row


def fitted_model(name: str) -> Any:
    """Return a method fitted on MNIST's training images with its default parameters, from its file if it has one.

    Parameters
    ----------
    name : str
        Of the method, in `ESTIMATORS`.

    Returns
    -------
    model : estimator
    """
    path = MODELS / f"{name}.hdrm"
    if path.exists():
        return load_model(path)
    train = load_dataset("mnist").train
    model = resolve_name(ESTIMATORS[name].path)()
    if "random_state" in model.get_params():
        model.set_params(random_state=0)
    model.fit(train.X, train.y)
    path.parent.mkdir(parents=True, exist_ok=True)
    save_model(model, path)
    return model
