"""Images of a part that a test set uses, which reports determine from labels without the images."""

import numpy as np
from numpy.typing import NDArray

from hdr_bench.records.trial import Trial

_SEED = 0


def sample_rows(labels: NDArray[np.int64], samples: int | None) -> NDArray[np.intp]:
    """Return the indices of a stratified sample, the same for every test set of this size.

    Parameters
    ----------
    labels : ndarray of shape (n,), int64
        Labels of the part to sample from.
    samples : int or None
        Number of images; None, or at least the available number, selects all.

    Returns
    -------
    rows : ndarray of shape (min(samples, n),), intp
        Indices in the part, from 0, in ascending order.

    Examples
    --------
    >>> import numpy as np
    >>> sample_rows(np.array([0, 0, 1, 1, 1, 1]), None).tolist()
    [0, 1, 2, 3, 4, 5]
    >>> np.array([0, 0, 1, 1, 1, 1])[sample_rows(np.array([0, 0, 1, 1, 1, 1]), 3)].tolist()
    [0, 1, 1]
    """
    if samples is None or samples >= len(labels):
        return np.arange(len(labels))
    generator = np.random.default_rng(_SEED)
    classes, counts = np.unique(labels, return_counts=True)
    # The images of each class are in random order; the k-th of c is placed at (k + 1/2) / c of the whole, so that any
    # number of images from the front is stratified.
    places = np.empty(len(labels))
    for each, count in zip(classes, counts, strict=True):
        places[np.flatnonzero(labels == each)] = (generator.permutation(count) + 0.5) / count
    return np.sort(np.argsort(places, kind="stable")[:samples])


def rows_of_own_test_part(trial: Trial, test_set: str, labels: NDArray[np.int64]) -> NDArray[np.intp] | None:
    """Return the images of a trial's own test part that form a test set; None for a test set of other images.

    This allows comparing a method's predictions for images before and after distortion.

    Parameters
    ----------
    trial : Trial
    test_set : str
        Name of one of the trial's test sets.
    labels : ndarray of shape (n_test,), int64
        Labels of the whole test part: the true labels of the trial's own predictions.

    Returns
    -------
    rows : ndarray of shape (n,), intp, or None
        Indices in the test part, in the order of the test set's images.
    """
    found = next((each for each in trial.test_sets if each.name == test_set), None)
    if found is None or found.fingerprint != trial.fingerprint or found.part != "test":
        return None
    return sample_rows(labels, found.samples) if found.rows is None else np.array(found.rows, np.intp)
