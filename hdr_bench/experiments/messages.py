"""Messages between a run and the processes of its trials, and to whoever shows its progress."""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from hdr_bench.estimators import ESTIMATORS
from hdr_bench.import_context import ImportContext
from hdr_bench.records.evaluations import TrialTestSet
from hdr_bench.records.made_images import MadeImages
from hdr_bench.records.predictions import Predictions
from hdr_bench.records.result import Result
from hdr_bench.records.search_outcome import SearchOutcome
from hdr_bench.records.trial import Trial

NETWORKS = "HDR_BENCH_NETWORKS"
"""A variable of hosts whose fork server has loaded what networks need."""

CAUSE = "hdr-bench's host ends: "
"""Beginning of the line by which a host says why it ends."""

FIT = "fit"
"""Name of the stage in which the method is fitted."""

_ROOTS_OF_NETWORKS = frozenset({"skorch", "torch"})


@dataclass(frozen=True)
class Task:
    """Trial with what its process needs beside it.

    Attributes
    ----------
    trial : Trial
    pickled : bytes or None
        The estimator, if it was made in code.
    folder : str or None
        Folder of the data set; None if it is loaded by its name.
    folders : mapping of str to str
        Folders of the data sets of other test sets, by fingerprint; others are loaded by their names.
    images : mapping of str to MadeImages
        Images of test sets that were made before, by the test sets' recipes.
    makes : tuple of TrialTestSet
        Test sets whose images are to be made for the fitted method, and nothing else; none for a trial.
    made_in : str
        The run's folder, which these are written to.
    n_concurrent : int
        Trials that share the machine meanwhile.
    context : ImportContext or None
        Context that the trial runs in; None for that of the process that asks for it.
    keeps_model : bool
        Whether the fitted model is to be kept.
    model_command : str
        What the card of a model that is kept says of what made it; empty for a suite made in code.
    outcome : SearchOutcome or None
        Outcome of a grid search's fits, for its last one.
    seconds_left : float or None
        What a fit of a grid search may take of its time limit, from where the fit begins; None for a trial that has all
        of its limit, from the start of its process.
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
        """Whether its process should begin with what networks need; one that does not loads it itself, later."""
        networks = {name: entry for name, entry in ESTIMATORS.items() if entry.needs_torch}
        if self.pickled is not None:
            # The pickle of an estimator holds the names of the modules that it needs.
            modules = {*_ROOTS_OF_NETWORKS, *(entry.module for entry in networks.values())}
            return any(module.encode() in self.pickled for module in modules)
        return self.trial.estimator in networks or self.trial.estimator.partition(".")[0] in _ROOTS_OF_NETWORKS


@dataclass(frozen=True)
class Stage:
    """Stage of a trial: how far it is.

    Attributes
    ----------
    name : str
        What it does.
    done, total : int
        How much of it is done, where that can be counted.
    resident_bytes : int or None
        What the process has, where the memory limit counts from here.
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
    """Answer of a host when a trial has run.

    Attributes
    ----------
    result : Result
    predictions : Predictions or None
    left : tuple of int
        The numbers of processes that the trial started, and that cannot be killed.
    """

    result: Result
    predictions: Predictions | None
    left: tuple[int, ...] = ()


@dataclass(frozen=True)
class NotStarted:
    """Answer of a host that could not start a trial's process.

    Attributes
    ----------
    reason : str
    """

    reason: str


Outcome = tuple[Result, Predictions | None]
Outcomes = Generator[Outcome, None, None]
OnStage = Callable[[Stage], None]


class Progress(Protocol):
    """Receiver of what happens in a run."""

    def begin(self, trials: tuple[Trial, ...], stored: int, expected: Mapping[str, float]) -> None:
        """Receive the trials to run, the number of those that are stored, and the seconds expected of each key.

        Parameters
        ----------
        trials : tuple of Trial
            Those that are to run.
        stored : int
            How many more are stored already.
        expected : mapping of str to float
            Seconds expected of trials, by key.
        """

    def prepare(self, text: str) -> None:
        """Receive what is made before the trials begin.

        Parameters
        ----------
        text : str
            In a few words.
        """

    def trial(self, trial: Trial) -> None:
        """Receive a trial that begins; several may run at a time.

        Parameters
        ----------
        trial : Trial
        """

    def stage(self, stage: Stage) -> None:
        """Receive how far that trial is, if trials run one after the other.

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
        """Receive that nothing more comes."""


class NoProgress:
    """Progress that shows nothing."""

    def begin(self, trials: tuple[Trial, ...], stored: int, expected: Mapping[str, float]) -> None:
        """Show nothing.

        Parameters
        ----------
        trials : tuple of Trial
            Those that are to run.
        stored : int
            How many more are stored already.
        expected : mapping of str to float
            Seconds expected of trials, by key.
        """

    def prepare(self, text: str) -> None:
        """Show nothing.

        Parameters
        ----------
        text : str
            In a few words.
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
