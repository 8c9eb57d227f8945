"""How a data set without a test part is cut."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hdr_bench.datasets.checks import check_part
from hdr_bench.datasets.dataset import Dataset, Part, assemble_dataset
from hdr_bench.datasets.labels import stratified_split

DEFAULT_TEST_SIZE = 0.2


@dataclass(frozen=True)
class ReadOptions:
    """What a reader may be told beside the name.

    Attributes
    ----------
    resize : tuple of int or None
        Height and width, in pixels, that every picture of a folder is brought to; None takes them as they are.
    test_size : float or None
        The share that goes to the test part where the data come without one; None takes the data set's own rule,
        a stratified fifth where it has none.
    split_seed : int
        The seed of that cut.
    """

    resize: tuple[int, int] | None = None
    test_size: float | None = None
    split_seed: int = 0


def cut_dataset(
    name: str,
    images: NDArray[np.generic],
    labels: NDArray[np.int64],
    class_names: tuple[str, ...],
    options: ReadOptions,
    notes: tuple[str, ...] = (),
    warnings: tuple[str, ...] = (),
) -> Dataset:
    """Cut images and labels into a stratified train and test part.

    Raises
    ------
    DatasetError
        If the arrays do not fit each other, or a class is too small to be in both parts.
    """
    whole = Part(images, labels)
    check_part(name, images, labels, "given", len(class_names))
    test_size = DEFAULT_TEST_SIZE if options.test_size is None else options.test_size
    train, test = stratified_split(name, labels, class_names, test_size, options.split_seed)
    note = f"cut by the library: a stratified share of {test_size:g} to test, seed {options.split_seed}"
    return assemble_dataset(name, whole.take(train), whole.take(test), class_names, (*notes, note), warnings)
