"""Models saved by a run, each loaded on access."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from hdr_bench.exceptions import ModelNotFoundError
from hdr_bench.models.card import ModelCard
from hdr_bench.models.model_file import load_card, load_model
from hdr_bench.records.run_record import PlannedTrial
from hdr_bench.records.store import Store

ModelKey = tuple[str, int] | tuple[str, int, int]
"""Case and seed; for cross-validation also the fold, from 0; for a learning curve the number of training images."""


class RunModels(Mapping[ModelKey, Any]):
    """Models of a run, by case and seed; each access loads the model again.

    Created by `load_models`.

    Parameters
    ----------
    folder : Path
        Folder of the run.

    Attributes
    ----------
    reasons : dict of tuple to str
        Why a trial has no model, as far as known.
    """

    def __init__(self, folder: Path) -> None:
        store = Store(folder)
        self._folder = folder
        self._paths: dict[ModelKey, Path] = {}
        self.reasons: dict[ModelKey, str] = {}
        for planned in store.read_run().trials:
            for key in filter(None, (planned.key, planned.limited_key)):
                if store.models.path(key).is_file():
                    self._paths[_key_of(planned)] = store.models.path(key)
                elif reason := store.models.reason(key):
                    self.reasons[_key_of(planned)] = reason

    def __getitem__(self, key: ModelKey) -> Any:
        return load_model(self.path(key))

    def __iter__(self) -> Iterator[ModelKey]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)

    def __contains__(self, key: object) -> bool:
        return key in self._paths

    def __repr__(self) -> str:
        return f"<RunModels of {self._folder}: {len(self)} models>"

    def path(self, key: ModelKey) -> Path:
        """Return the path of a model's file.

        Parameters
        ----------
        key : tuple
            Case and seed; for cross-validation also the fold, for a learning curve the number of training images.

        Returns
        -------
        path : Path

        Raises
        ------
        ModelNotFoundError
            If there is no such model; the message says why, as far as known.
        """
        if key in self._paths:
            return self._paths[key]
        if key in self.reasons:
            raise ModelNotFoundError(f"{self._folder}: no model was saved for {key!r}: {self.reasons[key]}")
        offered = ", ".join(map(repr, list(self._paths)[:10])) or "none; run the suite with --keep-models"
        raise ModelNotFoundError(f"{self._folder}: there is no model for {key!r}. Choose from: {offered}")

    def card(self, key: ModelKey) -> ModelCard:
        """Return the card of a model, without loading the model.

        Parameters
        ----------
        key : tuple
            As for `path`.

        Returns
        -------
        card : ModelCard

        Raises
        ------
        ModelNotFoundError
            If there is no such model.
        """
        return load_card(self.path(key))


def load_models(run: str | os.PathLike[str]) -> RunModels:
    """Return the models saved by a run with ``hdr-bench run SUITE --keep-models``.

    Parameters
    ----------
    run : path-like
        Folder of the run.

    Returns
    -------
    models : RunModels
        Mapping from case and seed to fitted estimators, each loaded on access.

    Raises
    ------
    StoreError
        If the folder does not contain a run.

    Examples
    --------
    >>> from hdr_bench import load_models, run_suite
    >>> folder = run_suite("quick", only="k-NN", keep_models=True, out="runs/try")  # doctest: +SKIP
    >>> models = load_models(folder)  # doctest: +SKIP
    >>> models["k-NN", 0].predict(images)  # doctest: +SKIP
    """
    return RunModels(Path(run))


def _key_of(planned: PlannedTrial) -> ModelKey:
    if planned.fold is not None:
        return planned.case, planned.seed, planned.fold
    if planned.protocol == "learning-curve" and planned.samples is not None:
        return planned.case, planned.seed, planned.samples
    return planned.case, planned.seed
