"""Quantities recorded after each epoch of training, from the table of metrics."""

from hdr_bench.records.metric_types import Metric, Part
from hdr_bench.records.metrics import METRICS


def course_columns(quantity: str) -> dict[Part, str]:
    """Return the names in the history of a quantity recorded after each epoch.

    Parameters
    ----------
    quantity : str
        One of `course_quantities`.

    Returns
    -------
    columns : dict of {"train", "validation"} to str
        By the images that it is evaluated on.

    Examples
    --------
    >>> course_columns("loss")
    {'train': 'train_loss', 'validation': 'validation_loss'}
    """
    courses = [(metric.course, metric.column) for metric in METRICS.values()]
    return {course.part: column for course, column in courses if course is not None and course.quantity == quantity}


def course_quantities() -> dict[str, Metric]:
    """Return the quantities recorded after each epoch.

    Returns
    -------
    quantities : dict of str to Metric
        Metrics by quantity, e.g. ``"accuracy"``: one for each, which provides its unit and kind.
    """
    return {metric.course.quantity: metric for metric in METRICS.values() if metric.course is not None}
