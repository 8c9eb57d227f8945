"""What goes to the process of a trial, and what it says on the way."""

from collections.abc import Callable, Generator
from dataclasses import dataclass

from hdr_bench.estimators import ESTIMATORS
from hdr_bench.import_context import Place
from hdr_bench.records.predictions import Predictions
from hdr_bench.records.result import Result
from hdr_bench.records.trial import Trial

NETWORKS = "HDR_BENCH_NETWORKS"
"""A variable of hosts whose fork server has loaded what networks need."""

CAUSE = "hdr-bench's host ends: "
"""What begins the line by which a host says why it ends."""

_ROOTS_OF_NETWORKS = frozenset({"skorch", "torch"})


@dataclass(frozen=True)
class Work:
    """A trial with what its process needs beside it.

    Attributes
    ----------
    trial : Trial
    pickled : bytes or None
        The estimator, where it was made in code.
    folder : str or None
        The data set's, where it is not loaded by its name.
    n_concurrent : int
        Trials that share the machine meanwhile.
    place : Place or None
        Where the trial is to be; None for where its host's user is.
    """

    trial: Trial
    pickled: bytes | None = None
    folder: str | None = None
    n_concurrent: int = 1
    place: Place | None = None

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
    """How far a trial is.

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
    """What a host answers when a trial has run.

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
    """What a host answers if it could not start a trial's process.

    Attributes
    ----------
    reason : str
    """

    reason: str


Outcome = tuple[Result, Predictions | None]
Outcomes = Generator[Outcome, None, None]
OnStage = Callable[[Stage], None]
