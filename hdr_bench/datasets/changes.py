"""Changes of a data set after it is read: labels, the classes that are kept, its polarity, the form of its images.

Each change is a name, which is part of the folder's in the cache, and a function. They are made in the order of
`changes_of`, whatever the order in which they are asked for.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import Path

from hdr_bench.datasets.class_choice import check_classes, keep_classes
from hdr_bench.datasets.dataset import Dataset
from hdr_bench.datasets.fitting import FITS, Fit, fit_dataset, fit_digest
from hdr_bench.datasets.label_decisions import apply_decisions, decisions_digest
from hdr_bench.datasets.paths import expand_path
from hdr_bench.datasets.polarity import DARK_ON_LIGHT, POLARITIES, Polarity
from hdr_bench.datasets.source import Source
from hdr_bench.exceptions import DatasetError, UnknownNameError
from hdr_bench.records.decisions_file import read_decisions

_FIT = "fit-"


@dataclass(frozen=True)
class Change:
    """A change of a data set.

    Attributes
    ----------
    name : str
        In the name of its folder in the cache.
    apply : callable
        Returns the data set changed.
    digest : str
        Of what decides the result, beside the data set and the name.
    """

    name: str
    apply: Callable[[Dataset], Dataset]
    digest: str = ""


def changes_of(
    classes: Sequence[str] | None = None,
    polarity: Polarity | None = None,
    fit: Fit | None = None,
    labels: str | Path | None = None,
) -> tuple[Change, ...]:
    """Return the changes that are asked for.

    Parameters
    ----------
    classes : sequence of str, optional
        As for `load_dataset`.
    polarity : {"light-on-dark", "dark-on-light"}, optional
        As for `load_dataset`.
    fit : {"mnist"}, optional
        As for `load_dataset`.
    labels : path-like, optional
        As for `load_dataset`.

    Returns
    -------
    changes : tuple of Change

    Raises
    ------
    UnknownNameError
        If there is no such polarity or form.
    DatasetError
        If `classes` are not at least two names, or a form has another polarity; if the file of decisions on labels
        cannot be read.
    DatasetNotFoundError
        If there is no such file of decisions.
    """
    if polarity is not None and polarity not in POLARITIES:
        raise UnknownNameError("polarity", polarity, POLARITIES)
    if fit is not None and fit not in FITS:
        raise UnknownNameError("form of images (fit)", fit, FITS)
    if fit is not None and polarity == DARK_ON_LIGHT:
        raise DatasetError(f"fit={fit!r} makes all images light on dark; omit polarity={polarity!r}")
    changes = [] if labels is None else [_change_of_labels(expand_path(labels))]
    if classes is not None:
        chosen = check_classes(classes)
        digest = hashlib.sha256(repr(chosen).encode()).hexdigest()[:12]
        changes.append(Change(f"classes-{digest}", lambda dataset: keep_classes(dataset, chosen)))
    if polarity is not None and fit is None:
        changes.append(Change(polarity, lambda dataset: dataset.in_polarity(polarity)))
    if fit is not None:
        changes.append(Change(f"{_FIT}{fit}", lambda dataset: fit_dataset(dataset, fit), fit_digest(fit)))
    return tuple(changes)


def _change_of_labels(path: Path) -> Change:
    decisions = read_decisions(path)
    # Named by its file, so that what was prepared before the next decision is replaced and does not pile up.
    place = hashlib.sha256(repr(str(path.absolute())).encode()).hexdigest()[:12]
    return Change(
        f"labels-{place}", lambda dataset: apply_decisions(dataset, decisions, path), decisions_digest(decisions)
    )


def without_fit(changes: Sequence[Change]) -> tuple[Change, ...]:
    """Return changes without that of the images' form: for data whose pictures were fitted as they were read.

    Parameters
    ----------
    changes : sequence of Change

    Returns
    -------
    changes : tuple of Change
    """
    return tuple(change for change in changes if not change.name.startswith(_FIT))


def apply_changes(dataset: Dataset, changes: Sequence[Change]) -> Dataset:
    """Return a data set with changes made.

    Parameters
    ----------
    dataset : Dataset
    changes : sequence of Change

    Returns
    -------
    dataset : Dataset

    Raises
    ------
    DatasetError, UnknownNameError
        If one cannot be made.
    """
    return reduce(lambda changed, change: change.apply(changed), changes, dataset)


def source_of_changed(key: str, dataset: Dataset, changes: Sequence[Change]) -> Source:
    """Return the source of a data set with changes made.

    Parameters
    ----------
    key : str
        Of the original, among the prepared data sets.
    dataset : Dataset
        The original.
    changes : sequence of Change
        At least one.

    Returns
    -------
    source : Source
    """
    # The stamp is what the original holds: it may be added again, also with other names of classes.
    held = (dataset.fingerprint, dataset.class_names, dataset.notes, dataset.warnings, dataset.cut_note)
    digests = tuple(change.digest for change in changes if change.digest)
    stamp = hashlib.sha256(repr((*held, *digests)).encode()).hexdigest()
    # No data set's own name has a plus in it.
    return Source("+".join([key, *(change.name for change in changes)]), lambda: apply_changes(dataset, changes), stamp)
