"""Predictions of another program, added to a run as a method and shown in its report among the others."""

import hashlib
import os
import shlex
from collections.abc import Sequence
from pathlib import Path

from hdr_bench.exceptions import PredictionsError, StoreError, UnknownNameError, shown
from hdr_bench.experiments.measuring.scoring import score
from hdr_bench.experiments.planning.trial_data import without_given
from hdr_bench.experiments.prediction_file import PredictionFile, read_prediction_file
from hdr_bench.names import check_name, visible, visual_key
from hdr_bench.records.committed import CommittedReport, open_store
from hdr_bench.records.environment import utc_now
from hdr_bench.records.predictions import Predictions
from hdr_bench.records.result import Result
from hdr_bench.records.store import Store
from hdr_bench.records.trial import FROM_FILE, Trial

_MOST_NAME = 100
_DIGITS = 16


def add_predictions(
    path: str | os.PathLike[str],
    files: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    name: str,
    *,
    dataset: str | None = None,
    is_deterministic: bool = False,
) -> tuple[str, ...]:
    """Add predictions of another program to a run, as a method in its tables, with intervals and paired tests.

    They are stored in ``added/`` in the run's folder, apart from its trials, so that `run_suite` neither repeats nor
    removes them. Their times and memory are unknown.

    Parameters
    ----------
    path : path-like
        Folder of the run.
    files : path-like or sequence of path-like
        CSV files with a label, or the probability of each class, for each image of the run's test part; several files
        are fits of the method with different seeds.
    name : str
        Name of the method in tables.
    dataset : str, optional
        The data set whose test part was predicted, if the run has several.
    is_deterministic : bool, default=False
        Whether another fit of the method would give the same predictions. By default the method is taken to be
        stochastic, as networks are, so that intervals and tests based on a single file allow for other seeds.

    Returns
    -------
    keys : tuple of str
        Key of each file, as in `load_results`.

    Raises
    ------
    PredictionsError
        If a file does not match the test part, or the name is already in use or not valid.
    UnknownNameError
        If the run has no data set of that name.
    StoreError
        If there is no run, none of its trials has a test part, or its folder cannot be written.

    Examples
    --------
    >>> from hdr_bench import add_predictions, write_report
    >>> add_predictions("reports/quick", "keras.csv", "Keras CNN")  # doctest: +SKIP
    >>> write_report("reports/quick")  # doctest: +SKIP
    """
    given = [files] if isinstance(files, str | os.PathLike) else list(files)
    if not given:
        raise PredictionsError("no file of predictions was given; give at least one")
    store = _open(path)
    template = _template(store, dataset)
    _check_new_name(name, store)
    true = _true_labels(store, template)
    read = [read_prediction_file(Path(file), template.class_names, len(true.y_true)) for file in given]
    results = [
        _result(template, name, Path(file).name, seed, content, true, is_deterministic)
        for seed, (file, content) in enumerate(zip(given, read, strict=True))
    ]
    for result, predictions in results:
        store.write_added(result, predictions)
    return tuple(result.key for result, _ in results)


def remove_predictions(path: str | os.PathLike[str], name: str) -> int:
    """Remove predictions added to a run by `add_predictions`.

    Parameters
    ----------
    path : path-like
        Folder of the run.
    name : str
        Name under which they were added.

    Returns
    -------
    count : int
        Number of removed prediction files.

    Raises
    ------
    UnknownNameError
        If no predictions were added under that name; a run's own methods are not removed.
    StoreError
        If there is no run.
    """
    store = _open(path)
    added = {result.key: result.trial.case for result in _added(store)}
    if name not in added.values():
        raise UnknownNameError("name of added predictions", name, dict.fromkeys(added.values()))
    keys = [key for key, case in added.items() if case == name]
    for key in keys:
        store.added.remove(key)
    return len(keys)


def _open(path: str | os.PathLike[str]) -> Store:
    store = open_store(path)
    if isinstance(store, CommittedReport):
        raise StoreError(f"{store.folder}: the report has no stored predictions to compare with; run the suite")
    store.read_run()
    return store


def _template(store: Store, dataset: str | None) -> Result:
    """Return a trial that was evaluated on the predicted images."""
    found: dict[str, Result] = {}
    for planned in store.read_run().trials:
        result = store.look_up(planned).result
        if result is not None and result.status == "ok" and result.trial.is_on_test_part:
            # Prefer a trial at full size: the added row is ranked with those.
            known = found.get(result.trial.dataset.name)
            if known is None or (known.trial.is_reduced and not result.trial.is_reduced):
                found[result.trial.dataset.name] = result
    if not found:
        raise StoreError(f"{store.folder}: no trial of this run was evaluated on a test part; run the suite first")
    if dataset is not None and dataset not in found:
        raise UnknownNameError("data set of this run", dataset, found)
    if dataset is None and len(found) > 1:
        raise PredictionsError(
            f"the run has several data sets: {', '.join(found)}; name the one that was predicted, with --dataset NAME"
        )
    return next(iter(found.values())) if dataset is None else found[dataset]


def _added(store: Store) -> list[Result]:
    return [found.result for found in store.look_up_added() if found.result is not None]


def _check_new_name(name: str, store: Store) -> None:
    try:
        check_name(name, "the name")
    except ValueError as error:
        raise PredictionsError(str(error)) from error
    if not 0 < len(name) <= _MOST_NAME:
        raise PredictionsError(f"the name must have 1 to {_MOST_NAME} characters, got {len(name)}")
    cases = {visual_key(planned.case) for planned in store.read_run().trials}
    if visual_key(name) in cases:
        raise PredictionsError(f"the run already has a method called {shown(name)}; choose another name")
    added = {visual_key(result.trial.case): result.trial.case for result in _added(store)}
    if visual_key(name) in added:
        remove = shlex.join(["hdr-bench", "add-predictions", str(store.folder), "--remove", added[visual_key(name)]])
        raise PredictionsError(
            f"the run already has predictions called {shown(name)}; choose another name, or remove them first: {remove}"
        )


def _true_labels(store: Store, template: Result) -> Predictions:
    found = store.read_predictions(template.key)
    if found is None:
        raise StoreError(f"{store.folder}: the true labels of the test part are not stored; run the suite again")
    return found


def _result(
    template: Result,
    name: str,
    file: str,
    seed: int,
    content: PredictionFile,
    true: Predictions,
    is_deterministic: bool,
) -> tuple[Result, Predictions]:
    predictions = Predictions(true.y_true, content.labels, probabilities=content.probabilities)
    digest = hashlib.sha256(content.content).hexdigest()
    trial = Trial(
        suite=template.trial.suite,
        case=name,
        estimator=f"{FROM_FILE}{visible(file)}",
        params={"sha256": digest[:_DIGITS]},
        dataset=without_given(template.trial.dataset),
        fingerprint=template.trial.fingerprint,
        protocol="holdout",
        seed=seed,
        is_deterministic=is_deterministic,
        # If all methods have a reduced size, it is ranked among them.
        is_reduced=template.trial.is_reduced,
        threads=template.trial.threads,
        versions={},
    )
    result = Result(
        key=trial.key,
        trial=trial,
        status="ok",
        finished=utc_now(),
        environment=template.environment,
        class_names=template.class_names,
        n_test=len(true.y_true),
        image_shape=template.image_shape,
        scores=score(predictions, len(template.class_names)),
    )
    return result, predictions
