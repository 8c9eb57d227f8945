"""The methods whose answers judge the labels: families that err on different images."""

from collections.abc import Iterable, Mapping

from hdr_bench.estimators import ESTIMATORS
from hdr_bench.exceptions import SuiteError, UnknownNameError, shown
from hdr_bench.records.case import Case, Step

DEFAULT_METHODS = ("cnn", "svm", "knn")
"""A network, a support vector machine and neighbours."""

_NAMES = {"cnn": "CNN", "svm": "SVM", "knn": "k-NN", "mlp": "MLP"}
_DESKEWED = (Step(name="deskew"),)
# An image that is slanted is no nearer to those of another class, and the votes of three neighbours say little of how
# sure they are.
_CHOSEN: Mapping[str, Case] = {
    "svm": Case(name="SVM, deskewed", estimator="svm", steps=_DESKEWED),
    "knn": Case(
        name="k-NN, deskewed",
        estimator="knn",
        params={"n_neighbors": 10},
        steps=(*_DESKEWED, Step(name="blur")),
    ),
}


def cases_of(methods: Iterable[str]) -> tuple[Case, ...]:
    """Return the cases of an audit's cross-validation.

    Parameters
    ----------
    methods : iterable of str
        Names of `hdr_bench.estimators.ESTIMATORS`. "svm" and "knn" get deskewed images, and "knn" ten neighbours; all
        others have their default parameters.

    Returns
    -------
    cases : tuple of Case

    Raises
    ------
    UnknownNameError
        If there is no such method.
    SuiteError
        If there is none, or one is named twice.
    """
    names = list(methods)
    for name in names:
        if name not in ESTIMATORS:
            raise UnknownNameError("method", name, ESTIMATORS)
    if not names:
        raise SuiteError("an audit needs at least one method, e.g. cnn,svm,knn, got none")
    if twice := [name for name in dict.fromkeys(names) if names.count(name) > 1]:
        raise SuiteError(f"methods: {', '.join(map(shown, twice))} came more than once; name each method once")
    return tuple(_CHOSEN.get(name) or Case(name=_NAMES.get(name, name), estimator=name) for name in names)
