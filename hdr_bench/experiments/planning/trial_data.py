"""A trial's data set: where it comes from, and which of its images a trial learns from and is evaluated on."""

import os
import warnings
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedKFold
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
    """Load what a suite names: a data set by name or by where it lies, one made in code, or a function's.

    Parameters
    ----------
    choice : DatasetChoice

    Returns
    -------
    dataset : Dataset

    Raises
    ------
    UnknownNameError, DatasetNotFoundError, DatasetError
        As `hdr_bench.load_dataset`.
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
            labels=_locate_labels(choice),
        )
        return replace(dataset, name=choice.name)
    dataset = _made_by(choice.name) if choice.given is None else choice.given
    dataset = apply_changes(dataset, changes_of(choice.classes, choice.polarity, choice.fit, _locate_labels(choice)))
    issue_warnings(dataset.name, dataset.warnings)
    return dataset


def without_given(choice: DatasetChoice) -> DatasetChoice:
    """Return a choice as a trial holds it: without the data set itself, where that was made in code.

    Parameters
    ----------
    choice : DatasetChoice

    Returns
    -------
    choice : DatasetChoice
    """
    return choice if choice.given is None else choice.model_copy(update={"given": None})


def _locate(choice: DatasetChoice) -> str:
    """Return a data set's name with its path as it is beside the suite's file, or else in the working folder."""
    scheme, _, path = choice.name.partition(":")
    folder, here = choice.folder, Path.cwd()
    if folder is None or folder == here or scheme not in path_schemes() or path.startswith(("~", os.sep)):
        return choice.name
    beside = folder / path
    if _is_there(scheme, beside):
        return f"{scheme}:{beside}"
    if not _is_there(scheme, here / path):
        raise DatasetNotFoundError(f"{choice.name}: it is neither in {folder} nor in {here}")
    return choice.name


def _locate_labels(choice: DatasetChoice) -> Path | None:
    """Return the file of decisions on labels as it is beside the suite's file, or else in the working folder."""
    if choice.labels is None:
        return None
    path = Path(choice.labels)
    if choice.folder is None or choice.labels.startswith(("~", os.sep)):
        return path
    beside = choice.folder / path
    return beside if os.path.exists(beside) else path  # noqa: PTH110  # as below


def _is_there(scheme: str, path: Path) -> bool:
    # A name that the system cannot have is no error here: whoever opens it says what is wrong with it.
    if os.path.exists(path):  # noqa: PTH110
        return True
    # A set of IDX files is named by a path below its folder, where nothing is.
    return path.parent.is_dir() and recognize_scheme(path) == scheme


def is_dotted_path(name: str, known: Collection[str] | None = None) -> bool:
    """Whether a name means a function to import: it has dots, and is not a data set's.

    Parameters
    ----------
    name : str
    known : collection of str, optional
        Names of data sets, if they have been listed before.

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
        Where the data set was put for the trial; None loads it as the trial names it.

    Returns
    -------
    dataset : Dataset

    Raises
    ------
    DatasetError
        If it is not the data set that the trial was planned with.
    """
    with warnings.catch_warnings(action="ignore", category=DatasetWarning):
        # They were issued once for the run, when it was planned.
        dataset = load_choice(trial.dataset) if folder is None else open_dataset(folder)
    if dataset.fingerprint != trial.fingerprint:
        raise DatasetError(f"{trial.dataset.name} changed since the run was planned; start the run again")
    dataset = select_images(dataset, trial)
    return dataset if trial.fold is None else _fold_of(dataset, trial)


def select_images(dataset: Dataset, trial: Trial) -> Dataset:
    """Return a data set with as many training images as a trial takes, in its order; not yet cut into folds.

    Parameters
    ----------
    dataset : Dataset
    trial : Trial

    Returns
    -------
    dataset : Dataset
    """
    if trial.samples is not None:
        dataset = dataset.subsample(trial.samples, trial.sample_seed)
    if trial.shuffle_seed is not None:
        order = np.random.default_rng(trial.shuffle_seed).permutation(len(dataset.train))
        dataset = dataset.with_parts(dataset.train.take(order), dataset.test)
    return dataset


def evaluated_rows(dataset: Dataset, trial: Trial) -> NDArray[np.intp]:
    """Return which training images of a data set a fold of cross-validation is evaluated on, in its order.

    Parameters
    ----------
    dataset : Dataset
        Whole, as `load_choice` returns it.
    trial : Trial
        Of one fold.

    Returns
    -------
    rows : ndarray of shape (n,), intp
        Places in the training part.

    Raises
    ------
    DatasetError
        If the trial is not of one fold.
    """
    # Each image is its own place: cut as the images are, the places are left of those evaluated on.
    places = np.arange(len(dataset.train)).reshape(-1, 1, 1)
    numbered = dataset.with_parts(Part(places, dataset.train.labels), dataset.test.take(np.zeros(0, np.intp)))
    return _fold_of(select_images(numbered, trial), trial).test.images.reshape(-1).astype(np.intp)


def _fold_of(dataset: Dataset, trial: Trial) -> Dataset:
    """Return the data set with all folds of its train part but one to learn from, and that one to be evaluated on."""
    if trial.folds is None or trial.fold is None:
        raise DatasetError(f"{trial.case}: a trial of one fold has both fold and folds")
    cut = StratifiedKFold(trial.folds, shuffle=True, random_state=trial.seed)
    n_images = len(dataset.train)
    train, test = list(cut.split(np.zeros(n_images), dataset.train.labels))[trial.fold]
    if trial.search_fit is not None and trial.search_fit.samples is not None:
        # Of each part the share that a round of successive halving takes, drawn as scikit-learn does.
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
        raise DatasetError(f"{path} gives a {class_name(type(dataset))}; it must give a Dataset, see make_dataset")
    return dataset


def _failure(path: str, error: BaseException) -> BaseException:
    return error if isinstance(error, HdrBenchError) else DatasetError(f"{path} failed: {cause_of(error)}")
