"""Changes to a data set after it is read: labels, choice of classes, polarity, form of the images.

Each change has a name, which is part of the folder's name in the cache, and a function. Changes are always applied in
the order of `changes_of`.
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
    """A change to a data set.

    Attributes
    ----------
    name : str
        Part of the name of its folder in the cache.
    apply : callable
        Returns the changed data set.
    digest : str
        Digest of whatever else, beside the data set and the name, determines the result.
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
    """Return the requested changes.

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
        If `classes` are not at least two names, `polarity` contradicts `fit`, or the file of decisions on labels cannot
        be read.
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
    # Named after its file, so that data prepared with earlier decisions are replaced and do not accumulate.
    place = hashlib.sha256(repr(str(path.absolute())).encode()).hexdigest()[:12]
    return Change(
        f"labels-{place}", lambda dataset: apply_decisions(dataset, decisions, path), decisions_digest(decisions)
    )


def without_fit(changes: Sequence[Change]) -> tuple[Change, ...]:
    """Return changes without `fit`, for data whose pictures were fitted while they were read.

    Parameters
    ----------
    changes : sequence of Change

    Returns
    -------
    changes : tuple of Change
    """
    return tuple(change for change in changes if not change.name.startswith(_FIT))


def apply_changes(dataset: Dataset, changes: Sequence[Change]) -> Dataset:
    """Apply changes to a data set.

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
        If one cannot be applied.
    """
    return reduce(lambda changed, change: change.apply(changed), changes, dataset)


def source_of_changed(key: str, dataset: Dataset, changes: Sequence[Change]) -> Source:
    """Return the source of a changed data set.

    Parameters
    ----------
    key : str
        Key of the original among the prepared data sets.
    dataset : Dataset
        The original.
    changes : sequence of Change
        At least one.

    Returns
    -------
    source : Source
    """
    # The stamp covers what the original holds, since it may be added again, e.g. with other class names.
    held = (dataset.fingerprint, dataset.class_names, dataset.notes, dataset.warnings, dataset.cut_note)
    digests = tuple(change.digest for change in changes if change.digest)
    stamp = hashlib.sha256(repr((*held, *digests)).encode()).hexdigest()
    # Names of data sets never contain a plus sign.
    return Source("+".join([key, *(change.name for change in changes)]), lambda: apply_changes(dataset, changes), stamp)
