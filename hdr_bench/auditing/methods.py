"""Methods that check the labels, from families that err on different images."""

from collections.abc import Iterable, Mapping
from typing import Any

from hdr_bench.auditing.preparation import shape_params, steps_of, working_shape
from hdr_bench.estimators import ESTIMATORS
from hdr_bench.exceptions import SuiteError, UnknownNameError, shown
from hdr_bench.records.case import Case

DEFAULT_METHODS = ("cnn", "svm", "knn")
"""A network, a support vector machine and nearest neighbours."""

_NAMES = {"cnn": "CNN", "svm": "SVM, deskewed", "knn": "k-NN, deskewed", "mlp": "MLP"}
# Deskewing keeps slanted images from being closer to images of another class.
_STEPS: Mapping[str, tuple[str, ...]] = {"svm": ("deskew",), "knn": ("deskew", "blur")}
# The votes of three neighbours, the default, give too coarse probabilities.
_PARAMS: Mapping[str, dict[str, Any]] = {"knn": {"n_neighbors": 10}}
_CONVOLUTIONAL = frozenset({"cnn"})


def cases_of(methods: Iterable[str], image_shape: tuple[int, int]) -> tuple[Case, ...]:
    """Return the cases of an audit's cross-validation.

    Parameters
    ----------
    methods : iterable of str
        Names of `hdr_bench.estimators.ESTIMATORS`. "svm" and "knn" get deskewed images, and "knn" uses ten neighbours;
        all others have their default parameters. Images larger than MNIST's are scaled down to its size first.
    image_shape : tuple of int
        Height and width of the images.

    Returns
    -------
    cases : tuple of Case

    Raises
    ------
    UnknownNameError
        If a method is unknown.
    SuiteError
        If no method is given, or one is given twice.
    """
    names = list(methods)
    for name in names:
        if name not in ESTIMATORS:
            raise UnknownNameError("method", name, ESTIMATORS)
    if not names:
        raise SuiteError("an audit needs at least one method, e.g. cnn,svm,knn, got none")
    if twice := [name for name in dict.fromkeys(names) if names.count(name) > 1]:
        raise SuiteError(f"methods: {', '.join(map(shown, twice))} given more than once; give each method once")
    return tuple(_case_of(name, image_shape) for name in names)


def _case_of(name: str, image_shape: tuple[int, int]) -> Case:
    shape = shape_params(working_shape(image_shape)) if name in _CONVOLUTIONAL else {}
    return Case(
        name=_NAMES.get(name, name),
        estimator=name,
        params={**_PARAMS.get(name, {}), **shape},
        steps=steps_of(_STEPS.get(name, ()), image_shape),
    )
