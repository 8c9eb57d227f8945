"""Which way a column is sorted first: its best values at the top."""

from markupsafe import Markup

from hdr_bench.records.metrics import METRICS

_LARGEST_FIRST = frozenset(
    metric.head for metric in METRICS.values() if metric.kind == "share" and not metric.is_lower_better
)
_ATTRIBUTE = Markup(' data-first="largest"')


def head_attributes(head: str) -> Markup:
    """Return the attributes of a column's head by which the page sorts it.

    Parameters
    ----------
    head : str
        Of the column, with the unit.

    Returns
    -------
    attributes : Markup
        Empty for a column whose smallest values are the best, or that has no best.

    Examples
    --------
    >>> str(head_attributes("Accuracy (%)"))
    ' data-first="largest"'
    """
    return _ATTRIBUTE if head in _LARGEST_FIRST else Markup("")
