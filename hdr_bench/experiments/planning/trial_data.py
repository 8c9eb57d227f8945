"""Data set of a trial: where it comes from, and which images the trial learns from and is evaluated on."""

import os
import warnings
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedKFold, StratifiedShuffleSplit
from sklearn.utils import resample

from hdr_bench.datasets import Dataset, Part, list_datasets, load_dataset, open_dataset, path_schemes
from hdr_bench.datasets.changes import apply_changes, changes_of
from hdr_bench.datasets.plausibility import issue_warnings
from hdr_bench.datasets.registry import recognize_scheme
from hdr_bench.estimators.foreign.calls import cause_of, foreign_code
from hdr_bench.estimators.foreign.importing import import_attribute
from hdr_bench.exceptions import DatasetError, DatasetNotFoundError, DatasetWarning, HdrBenchError
from hdr_bench.names import class_name
from hdr_bench.records.protocol import DatasetChoice
from hdr_bench.records.trial import Trial


def load_choice(choice: DatasetChoice) -> Dataset:
    """Load the data set that a suite names: by name or path, one created in code, or one returned by a function.

    Parameters
    ----------
    choice : DatasetChoice

    Returns
    -------
    dataset : Dataset

    Raises
    ------
    UnknownNameError, DatasetNotFoundError, DatasetError
        As for `hdr_bench.load_dataset`.
    ModuleImportError
        If the module of a dotted path cannot be imported.
    """
    if choice.given is None and not is_dotted_path(choice.name):
        dataset = load_dataset(
            _locate(choice),
            resize=choice.resize,
            test_size=choice.test_size,
            random_state=choice.split_seed,
            classes=choice.classes,
            polarity=choice.polarity,
            fit=choice.fit,
            labels=locate_labels(choice),
        )
        return replace(dataset, name=choice.name)
    dataset = _made_by(choice.name) if choice.given is None else choice.given
    dataset = apply_changes(dataset, changes_of(choice.classes, choice.polarity, choice.fit, locate_labels(choice)))
    issue_warnings(dataset.name, dataset.warnings)
    return dataset


def without_given(choice: DatasetChoice) -> DatasetChoice:
    """Return a choice as stored in a trial: without the data set itself if it was created in code.

    Parameters
    ----------
    choice : DatasetChoice

    Returns
    -------
    choice : DatasetChoice
    """
    return choice if choice.given is None else choice.model_copy(update={"given": None})


def _locate(choice: DatasetChoice) -> str:
    """Return a data set's name with its path resolved relative to the suite file, or else to the working folder."""
    scheme, _, path = choice.name.partition(":")
    folder, here = choice.folder, Path.cwd()
    if folder is None or folder == here or scheme not in path_schemes() or path.startswith(("~", os.sep)):
        return choice.name
    beside = folder / path
    if _is_there(scheme, beside):
        return f"{scheme}:{beside}"
    if not _is_there(scheme, here / path):
        raise DatasetNotFoundError(f"{choice.name}: not found in {folder} or {here}")
    return choice.name


def locate_labels(choice: DatasetChoice) -> Path | None:
    """Return the path of the label decisions relative to the suite file, or else to the working folder.

    Parameters
    ----------
    choice : DatasetChoice

    Returns
    -------
    path : Path or None
        None without decisions.
    """
    if choice.labels is None:
        return None
    path = Path(choice.labels)
    if choice.folder is None or choice.labels.startswith(("~", os.sep)):
        return path
    beside = choice.folder / path
    return beside if os.path.exists(beside) else path  # noqa: PTH110  # as below


def _is_there(scheme: str, path: Path) -> bool:
    # An invalid name is not an error here; it is reported when the file is opened.
    if os.path.exists(path):  # noqa: PTH110
        return True
    # A set of IDX files is named by a prefix in its folder, which is not itself a file.
    return path.parent.is_dir() and recognize_scheme(path) == scheme


def is_dotted_path(name: str, known: Collection[str] | None = None) -> bool:
    """Return whether a name means a function to import: it has dots, and is not the name of a data set.

    Parameters
    ----------
    name : str
    known : collection of str, optional
        Names of data sets, if they are already known.

    Returns
    -------
    is_dotted_path : bool
    """
    if "." not in name or not all(part.isidentifier() for part in name.split(".")):
        return False
    return name not in (list_datasets() if known is None else known)


def load_trial_data(trial: Trial, folder: Path | None) -> Dataset:
    """Load the images that a trial learns from and is evaluated on.

    Parameters
    ----------
    trial : Trial
    folder : Path or None
        Folder with the data set for the trial; None to load it by the name in the trial.

    Returns
    -------
    dataset : Dataset

    Raises
    ------
    DatasetError
        If the data have changed since the trial was planned.
    """
    with warnings.catch_warnings(action="ignore", category=DatasetWarning):
        # These warnings were issued when the run was planned.
        dataset = load_choice(trial.dataset) if folder is None else open_dataset(folder)
    if dataset.fingerprint != trial.fingerprint:
        raise DatasetError(f"{trial.dataset.name} has changed since the run was planned; start the run again")
    dataset = select_images(dataset, trial)
    return dataset if trial.fold is None else _fold_of(dataset, trial)


def hold_out(dataset: Dataset, share: float) -> Dataset:
    """Return a data set whose test part is replaced by a stratified share of its training images.

    Parameters
    ----------
    dataset : Dataset
    share : float
        Share of the training images, above 0 and below 1.

    Returns
    -------
    dataset : Dataset
        With the same held-out images for the same share.

    Raises
    ------
    DatasetError
        If not every class can have an image in both parts.
    """
    split = StratifiedShuffleSplit(1, test_size=share, random_state=0)
    labels = dataset.train.labels
    try:
        train, held_out = next(split.split(np.zeros(len(labels)), labels))
    except ValueError as error:
        raise DatasetError(
            f"{dataset.name}: {100 * share:g} % of {len(labels):,} training images cannot be held out with every class "
            f"in both parts ({error}); hold out another share, or use more images"
        ) from error
    return dataset.with_parts(dataset.train.take(np.sort(train)), dataset.train.take(np.sort(held_out)))


def select_images(dataset: Dataset, trial: Trial) -> Dataset:
    """Return a data set with the training images of a trial, in its order, before splitting into folds.

    A trial on held-out images has these as its test part.

    Parameters
    ----------
    dataset : Dataset
    trial : Trial

    Returns
    -------
    dataset : Dataset
    """
    if trial.held_out is not None:
        # First, so that every number of training images is evaluated on the same ones.
        dataset = hold_out(dataset, trial.held_out)
    if trial.samples is not None:
        dataset = dataset.subsample(trial.samples, trial.sample_seed)
    if trial.shuffle_seed is not None:
        order = np.random.default_rng(trial.shuffle_seed).permutation(len(dataset.train))
        dataset = dataset.with_parts(dataset.train.take(order), dataset.test)
    return dataset


def evaluated_rows(dataset: Dataset, trial: Trial) -> NDArray[np.intp]:
    """Return the indices of the training images that a fold of cross-validation is evaluated on, in its order.

    Parameters
    ----------
    dataset : Dataset
        Complete, as returned by `load_choice`.
    trial : Trial
        Trial of one fold.

    Returns
    -------
    rows : ndarray of shape (n,), intp
        Indices in the training part.

    Raises
    ------
    DatasetError
        If the trial is not of one fold.
    """
    # Split the indices in the same way as the images; those of the evaluated images remain.
    places = np.arange(len(dataset.train)).reshape(-1, 1, 1)
    numbered = dataset.with_parts(Part(places, dataset.train.labels), dataset.test.take(np.zeros(0, np.intp)))
    return _fold_of(select_images(numbered, trial), trial).test.images.reshape(-1).astype(np.intp)


def _fold_of(dataset: Dataset, trial: Trial) -> Dataset:
    """Return the data set of a fold: the training images of the other folds, with the fold itself as test part."""
    if trial.folds is None or trial.fold is None:
        raise DatasetError(f"{trial.case}: a trial of one fold must have both fold and folds")
    cut = StratifiedKFold(trial.folds, shuffle=True, random_state=trial.seed)
    n_images = len(dataset.train)
    train, test = list(cut.split(np.zeros(n_images), dataset.train.labels))[trial.fold]
    if trial.search_fit is not None and trial.search_fit.samples is not None:
        # Take from each part the share of a round of successive halving, drawn as in scikit-learn.
        share = trial.search_fit.samples / n_images
        train, test = (_draw(part, share, trial.seed) for part in (train, test))
    return dataset.with_parts(dataset.train.take(train), dataset.train.take(test))


def _draw(rows: NDArray[np.intp], share: float, seed: int) -> NDArray[np.intp]:
    drawn: NDArray[np.intp] = resample(rows, replace=False, random_state=seed, n_samples=int(share * len(rows)))
    return drawn


def _made_by(path: str) -> Dataset:
    made = import_attribute("dataset", path, list_datasets())
    with foreign_code(lambda error: _failure(path, error)):
        dataset = made() if callable(made) else made
    if not isinstance(dataset, Dataset):
        raise DatasetError(
            f"{path} returned a value of type {class_name(type(dataset))}; it must return a Dataset, see make_dataset"
        )
    return dataset


def _failure(path: str, error: BaseException) -> BaseException:
    return error if isinstance(error, HdrBenchError) else DatasetError(f"{path} failed: {cause_of(error)}")
