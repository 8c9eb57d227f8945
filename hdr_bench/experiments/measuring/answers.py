"""Checks of what a method returns: labels, classes, probabilities and decision values."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hdr_bench.exceptions import PredictionsError, shown
from hdr_bench.names import class_name
from hdr_bench.records.text import str_of

SUM_TOLERANCE = 1e-3
"""Tolerance for the sum of a row of probabilities: rounding in half-precision networks is this large."""

RANGE_TOLERANCE = 1e-6
"""Tolerance for probabilities outside 0 to 1 due to rounding."""


def check_labels(y_pred: Any, n_images: int, n_classes: int) -> NDArray[np.int64]:
    """Return predicted labels as integers, one per image.

    Accepts whole numbers of any integer or floating type, since some libraries return floats; also lists, series,
    tensors, a single column, and booleans for two classes.

    Parameters
    ----------
    y_pred : array-like of shape (n_images,) or (n_images, 1)
    n_images, n_classes : int

    Returns
    -------
    labels : ndarray of shape (n_images,), int64

    Raises
    ------
    PredictionsError
        If the labels have another shape or type, or a value is not a class.
    """
    labels = _as_array(y_pred, "predict")
    if labels.shape == (n_images, 1):
        labels = labels[:, 0]
    if labels.shape != (n_images,):
        raise PredictionsError(
            f"predict returned an array of shape {labels.shape} for {_images(n_images)}; "
            "it must return one label per image"
        )
    return _as_classes(labels, n_classes, "predicts {value} for image {index}", "predict")


def check_classes(classes: Any, n_classes: int) -> NDArray[np.int64]:
    """Return a fitted method's `classes_`, which are the classes of its score columns, as integers.

    Parameters
    ----------
    classes : array-like of shape (n_fitted_classes,)
    n_classes : int
        Number of classes in the data set; the training part may lack some.

    Returns
    -------
    classes : ndarray of shape (n_fitted_classes,), int64
        In their original order.

    Raises
    ------
    PredictionsError
        If they are not distinct classes of the data set.
    """
    found = _as_array(classes, "classes_")
    if found.ndim != 1 or not len(found):
        raise PredictionsError(f"classes_ has shape {found.shape}; it must be a list of classes")
    labels = _as_classes(found, n_classes, "classes_ has {value} at index {index}", "classes_")
    if len(set(labels.tolist())) < len(labels):
        raise PredictionsError(f"classes_ is {shown(labels.tolist())}; each class must occur once")
    return labels


def check_probabilities(probabilities: Any, n_images: int, n_columns: int) -> NDArray[np.float32]:
    """Return probabilities in the form required of `predict_proba`, clipped to 0 to 1 to remove rounding errors.

    Parameters
    ----------
    probabilities : array-like of shape (n_images, n_columns)
    n_images, n_columns : int
        One row per image, one column per class of `classes_`.

    Returns
    -------
    probabilities : ndarray of shape (n_images, n_columns), float32

    Raises
    ------
    PredictionsError
        If the shape is wrong, a value is not a number between 0 and 1, or a row does not sum to 1.
    """
    shares = _as_numbers(probabilities, "predict_proba")
    if shares.shape != (n_images, n_columns):
        raise PredictionsError(
            f"predict_proba returned an array of shape {shares.shape} for {_images(n_images)} and {n_columns} classes; "
            "it must return one row per image and one column per class"
        )
    is_wrong = ~((shares >= -RANGE_TOLERANCE) & (shares <= 1 + RANGE_TOLERANCE))
    if is_wrong.any():
        image, column = np.argwhere(is_wrong)[0]
        value = shares[image, column]
        hint = "; if the loss is nan too, training diverged: lower the learning rate" if np.isnan(value) else ""
        raise PredictionsError(
            f"predict_proba returned {value:g} for image {image}; probabilities must be between 0 and 1{hint}"
        )
    sums = shares.sum(axis=1)
    off = np.flatnonzero(np.abs(sums - 1) > SUM_TOLERANCE)
    if len(off):
        raise PredictionsError(
            f"predict_proba returned a row with sum {sums[off[0]]:g} for image {off[0]}; rows must sum to 1, within "
            f"{SUM_TOLERANCE:g}"
        )
    return shares.clip(0, 1).astype(np.float32)


def check_decisions(decisions: Any, n_images: int, n_classes: int) -> NDArray[np.float32]:
    """Return decision values; with more than two classes, one column per class or per pair of classes.

    Parameters
    ----------
    decisions : array-like of shape (n_images, n_columns), or (n_images,) for two classes
    n_images : int
    n_classes : int
        Number of classes that the method was fitted with.

    Returns
    -------
    decisions : ndarray of shape (n_images, n_columns) or (n_images,), float32

    Raises
    ------
    PredictionsError
        If the shape is wrong or a value is NaN.
    """
    values = _as_numbers(decisions, "decision_function")
    if n_classes == 2 and values.shape == (n_images, 1):
        values = values[:, 0]
    allowed: list[tuple[int, ...]] = [(n_images, n_classes), (n_images, n_pairs(n_classes))]
    if n_classes == 2:
        allowed = [(n_images,), (n_images, 2)]
    if values.shape not in allowed:
        raise PredictionsError(
            f"decision_function returned an array of shape {values.shape} for {_images(n_images)} and {n_classes} "
            f"classes; its shape must be {' or '.join(map(str, allowed))}"
        )
    is_wrong = np.isnan(values)
    if is_wrong.any():
        raise PredictionsError(
            f"decision_function returned nan for image {np.argwhere(is_wrong)[0][0]}; decision values must be numbers"
        )
    # A value outside the range of float32 becomes infinite, and is then not a score: see `class_scores`.
    with np.errstate(over="ignore"):
        return values.astype(np.float32)


def count_columns(scores: Any, method: str) -> int:
    """Return the number of columns in class scores; 0 if there are no columns.

    Parameters
    ----------
    scores : array-like
        Return value of the method.
    method : str
        Name of the method for messages, e.g. ``"predict_proba"``.

    Returns
    -------
    count : int

    Raises
    ------
    PredictionsError
        If the scores are not an array.
    """
    shape = _as_array(scores, method).shape
    return shape[1] if len(shape) == 2 else 0


def n_pairs(n_classes: int) -> int:
    """Return the number of pairs of classes.

    Parameters
    ----------
    n_classes : int

    Returns
    -------
    count : int
    """
    return n_classes * (n_classes - 1) // 2


def _as_array(answer: Any, method: str) -> NDArray[Any]:
    try:
        if np.ma.is_masked(answer):
            raise PredictionsError(f"{method} returned a masked array with masked values; no value may be masked")
        return np.asarray(_in_memory(answer))
    except PredictionsError:
        raise
    # Containers of other libraries that are not arrays raise TypeError, ValueError or RuntimeError.
    except Exception as error:
        raise PredictionsError(
            f"{method} returned a value of type {class_name(type(answer))}, which is not an array: {str_of(error)}"
        ) from error


def _in_memory(answer: Any) -> Any:
    """Return a tensor on a GPU, or in a gradient graph, in a form that numpy can read."""
    if not (hasattr(answer, "detach") and hasattr(answer, "cpu")):
        return answer
    held = answer.detach().cpu()
    # numpy lacks this type, whose values are all representable in float32.
    return held.float() if str(getattr(held, "dtype", "")) == "torch.bfloat16" else held


def _as_numbers(answer: Any, method: str) -> NDArray[np.float64]:
    values = _as_array(answer, method)
    if values.dtype.kind not in "fiu":
        raise PredictionsError(f"{method} returned values of type {values.dtype}; they must be real numbers")
    return values.astype(np.float64)


def _as_classes(labels: NDArray[Any], n_classes: int, place: str, method: str) -> NDArray[np.int64]:
    allowed = f"labels must be whole numbers from 0 to {n_classes - 1}"
    if labels.dtype.kind not in "fiub":
        raise PredictionsError(f"{method} returned values of type {labels.dtype}; {allowed}")
    # In a type too small for the classes, such as int8 for 200, labels have overflowed.
    every = np.arange(n_classes)
    with np.errstate(over="ignore", invalid="ignore"):
        is_too_small = not np.array_equal(every.astype(labels.dtype).astype(np.int64), every)
    if is_too_small:
        raise PredictionsError(
            f"{method} returned values of type {labels.dtype}, which cannot hold all labels; {allowed}"
        )
    is_class = (labels >= 0) & (labels < n_classes)
    if labels.dtype.kind == "f":
        is_class &= np.floor(labels) == labels
    if not is_class.all():
        index = int(np.flatnonzero(~is_class)[0])
        raise PredictionsError(f"{place.format(value=f'{labels[index]}', index=index)}; {allowed}")
    return labels.astype(np.int64)


def _images(count: int) -> str:
    return "1 image" if count == 1 else f"{count:,} images"
