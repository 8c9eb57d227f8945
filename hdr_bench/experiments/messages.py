"""Messages between a run, the processes of its trials, and progress displays."""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from hdr_bench.estimators import ESTIMATORS, TRANSFORMERS
from hdr_bench.import_context import ImportContext
from hdr_bench.records.evaluations import TrialTestSet
from hdr_bench.records.made_images import MadeImages
from hdr_bench.records.predictions import Predictions
from hdr_bench.records.result import Result
from hdr_bench.records.search_outcome import SearchOutcome
from hdr_bench.records.trial import Trial

NETWORKS = "HDR_BENCH_NETWORKS"
"""Environment variable of hosts whose fork server has imported what networks need."""

CAUSE = "hdr-bench's host ends: "
"""Beginning of the line in which a host reports why it ends."""

FIT = "fit"
"""Name of the stage in which the method is fitted."""

_ROOTS_OF_NETWORKS = frozenset({"skorch", "torch"})


@dataclass(frozen=True)
class Task:
    """A trial with everything else that its process needs.

    Attributes
    ----------
    trial : Trial
    pickled : bytes or None
        The estimator, if it was created in code.
    folder : str or None
        Folder of the data set; None if it is loaded by name.
    folders : mapping of str to str
        Folders of the data sets of other test sets, by fingerprint; the rest are loaded by name.
    images : mapping of str to MadeImages
        Images of test sets that were made in advance, by recipe.
    makes : tuple of TrialTestSet
        Test sets whose images to make for the fitted method, instead of running a trial; empty for a trial.
    made_in : str
        The run's folder, to which these images are written.
    n_concurrent : int
        Number of trials that run on the machine at the same time.
    context : ImportContext or None
        Context in which to run the trial; None for that of the requesting process.
    keeps_model : bool
        Whether to save the fitted model.
    model_command : str
        Command recorded in the card of a saved model; empty for a suite created in code.
    outcome : SearchOutcome or None
        Outcome of a grid search's fits, for its final fit.
    seconds_left : float or None
        What remains of the time limit for a fit of a grid search, counted from the start of the fit; None for a trial
        that has its full limit, counted from the start of its process.
    """

    trial: Trial
    pickled: bytes | None = None
    folder: str | None = None
    n_concurrent: int = 1
    context: ImportContext | None = None
    outcome: SearchOutcome | None = None
    keeps_model: bool = False
    model_command: str = ""
    seconds_left: float | None = None
    folders: Mapping[str, str] = field(default_factory=dict)
    images: Mapping[str, MadeImages] = field(default_factory=dict)
    makes: tuple[TrialTestSet, ...] = ()
    made_in: str = ""

    @property
    def is_of_network(self) -> bool:
        """Whether its process should start with the imports of networks preloaded; otherwise it imports them later."""
        networks = {name: entry for name, entry in (ESTIMATORS | TRANSFORMERS).items() if entry.needs_torch}
        if self.pickled is not None:
            # The pickle of an estimator contains the names of the modules that it needs.
            modules = {*_ROOTS_OF_NETWORKS, *(entry.module for entry in networks.values())}
            return any(module.encode() in self.pickled for module in modules)
        names = (self.trial.estimator, *(step.name for step in self.trial.steps))
        return any(name in networks or name.partition(".")[0] in _ROOTS_OF_NETWORKS for name in names)


@dataclass(frozen=True)
class Stage:
    """Stage of a trial.

    Attributes
    ----------
    name : str
        Description of the stage.
    done, total : int
        Progress within the stage, if it can be counted.
    resident_bytes : int or None
        Memory of the process from which the memory limit is counted, if it starts here.
    """

    name: str
    done: int = 0
    total: int = 0
    resident_bytes: int | None = None

    def __str__(self) -> str:
        if not self.done:
            return self.name
        return f"{self.name} {self.done} of {self.total}" if self.total else f"{self.name} {self.done}"


@dataclass(frozen=True)
class Done:
    """Reply of a host when a trial has run.

    Attributes
    ----------
    result : Result
    predictions : Predictions or None
    left : tuple of int
        IDs of processes that the trial started and that cannot be killed.
    """

    result: Result
    predictions: Predictions | None
    left: tuple[int, ...] = ()


@dataclass(frozen=True)
class NotStarted:
    """Reply of a host that could not start a trial's process.

    Attributes
    ----------
    reason : str
    """

    reason: str


Outcome = tuple[Result, Predictions | None]
Outcomes = Generator[Outcome, None, None]
OnStage = Callable[[Stage], None]


class Progress(Protocol):
    """Receiver of the events of a run."""

    def begin(self, trials: tuple[Trial, ...], stored: int, expected: Mapping[str, float]) -> None:
        """Receive the trials to run, the number of stored trials, and the expected seconds per key.

        Parameters
        ----------
        trials : tuple of Trial
            Trials to run.
        stored : int
            Number of further trials that are stored already.
        expected : mapping of str to float
            Expected seconds of trials, by key.
        """

    def prepare(self, text: str) -> None:
        """Receive what is being made before the trials begin.

        Parameters
        ----------
        text : str
            Short description.
        """

    def trial(self, trial: Trial) -> None:
        """Receive a trial that begins; several may run at the same time.

        Parameters
        ----------
        trial : Trial
        """

    def stage(self, stage: Stage) -> None:
        """Receive the stage of that trial, if trials run one after the other.

        Parameters
        ----------
        stage : Stage
        """

    def done(self, result: Result) -> None:
        """Receive the result of a trial that ended.

        Parameters
        ----------
        result : Result
        """

    def end(self) -> None:
        """Receive the end of the run."""


class NoProgress:
    """Progress that shows nothing."""

    def begin(self, trials: tuple[Trial, ...], stored: int, expected: Mapping[str, float]) -> None:
        """Show nothing.

        Parameters
        ----------
        trials : tuple of Trial
            Trials to run.
        stored : int
            Number of further trials that are stored already.
        expected : mapping of str to float
            Expected seconds of trials, by key.
        """

    def prepare(self, text: str) -> None:
        """Show nothing.

        Parameters
        ----------
        text : str
            Short description.
        """

    def trial(self, trial: Trial) -> None:
        """Show nothing.

        Parameters
        ----------
        trial : Trial
        """

    def stage(self, stage: Stage) -> None:
        """Show nothing.

        Parameters
        ----------
        stage : Stage
        """

    def done(self, result: Result) -> None:
        """Show nothing.

        Parameters
        ----------
        result : Result
        """

    def end(self) -> None:
        """Show nothing."""
