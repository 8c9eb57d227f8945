"""Which images of a part a test set takes: reports find them by the labels, without the images."""

import numpy as np
from numpy.typing import NDArray

from hdr_bench.records.trial import Trial

_SEED = 0


def sample_rows(labels: NDArray[np.int64], samples: int | None) -> NDArray[np.intp]:
    """Return which images a test set takes: each class by its share, the same for every test set of this size.

    Parameters
    ----------
    labels : ndarray of shape (n,), int64
        Of the part that they are taken from.
    samples : int or None
        How many; None, or as many as there are, takes all.

    Returns
    -------
    rows : ndarray of shape (min(samples, n),), intp
        Places in the part, from 0, in ascending order.

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
    # Of each class in turn the images are in a random order; the k-th of c stands at (k + 1/2) / c of the way, so that
    # the first images of the whole order hold each class by its share.
    places = np.empty(len(labels))
    for each, count in zip(classes, counts, strict=True):
        places[np.flatnonzero(labels == each)] = (generator.permutation(count) + 0.5) / count
    return np.sort(np.argsort(places, kind="stable")[:samples])


def rows_of_own_test_part(trial: Trial, test_set: str, labels: NDArray[np.int64]) -> NDArray[np.intp] | None:
    """Return which images of a trial's own test part a test set is made of; None for one of other images.

    What a method predicts for an image before and after it is distorted is compared by them.

    Parameters
    ----------
    trial : Trial
    test_set : str
        Name of one of its test sets.
    labels : ndarray of shape (n_test,), int64
        Of the whole test part: the true labels of the trial's own predictions.

    Returns
    -------
    rows : ndarray of shape (n,), intp, or None
        Places in the test part, in the order of the test set's images.
    """
    found = next((each for each in trial.test_sets if each.name == test_set), None)
    if found is None or found.fingerprint != trial.fingerprint or found.part != "test":
        return None
    return sample_rows(labels, found.samples)
