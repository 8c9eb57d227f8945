"""Where a report's numbers come from: data, machines, versions, seeds."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from hdr_bench.records.options import run_command
from hdr_bench.records.quantities import duration
from hdr_bench.records.result import Result
from hdr_bench.records.run_record import RunRecord, SeedDecision

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Provenance:
    """A report's footer, as pairs of a name and what it says.

    Attributes
    ----------
    data : tuple of pairs
        Each data set, with its parts and its fingerprint.
    machines : tuple of tuple of pairs
        Each machine and software that trials ran on; more than one means that times are not to be compared.
    trials : tuple of pairs
        Seeds, threads, protocol, the code's commits, when the last trial ended.
    command : str
        What regenerates it; empty for a suite that was made in code.
    """

    data: Pairs
    machines: tuple[Pairs, ...]
    trials: Pairs
    command: str = ""

    @property
    def processors(self) -> tuple[str, ...]:
        """The processors, each once."""
        return tuple(dict.fromkeys(dict(machine)["processor"] for machine in self.machines))


def provenance_of(records: list[Result], run: RunRecord, added: Pairs = ()) -> Provenance:
    """Gather what a footer says from the results.

    Parameters
    ----------
    records : list of Result
        Of the run's trials, those that can be read.
    run : RunRecord
        The run.
    added : tuple of pairs, optional
        What is said of predictions that came from a file.

    Returns
    -------
    provenance : Provenance
    """
    good = [record for record in records if record.status == "ok"]
    seeds = sorted({record.trial.seed for record in good})
    threads = sorted({record.trial.threads for record in good})
    methods = sorted({record.measurements.memory_method for record in good if record.measurements})
    trials = (
        ("suite", f"{run.suite.name} ({run.suite.title})"),
        ("protocol", ", ".join(sorted({record.trial.protocol for record in good}))),
        ("choices", _choices(good)),
        ("seeds", ", ".join(map(str, seeds))),
        ("threads", ", ".join(map(str, threads))),
        ("memory measured by", ", ".join(methods)),
        ("code", "; ".join(_versions(good))),
        ("time", _time(records, run.suite.budget)),
        *_further_seeds(run.decisions),
        ("last trial ended", max(record.finished for record in records)),
        *added,
    )
    data = dict.fromkeys((record.trial.dataset.name, _dataset_in_words(record)) for record in good)
    machines = dict.fromkeys(_machine(record) for record in good)
    command = run_command(run.origin, run.settings) if run.origin else ""
    return Provenance(tuple(data), tuple(machines), trials, command)


def describe_added(records: Iterable[Result]) -> Pairs:
    """Say which methods are another program's predictions, and which files they came from.

    Parameters
    ----------
    records : iterable of Result
        Of the run, those of its trials among them.

    Returns
    -------
    pairs : tuple of pairs
        One for each file.
    """
    added = (record for record in records if record.trial.is_from_file)
    return tuple(
        (
            record.trial.case,
            f"{record.trial.estimator}, whose SHA-256 begins {record.trial.params.get('sha256', '')}; added "
            f"{record.finished[:10]}, no trial of this library",
        )
        for record in added
    )


def _dataset_in_words(record: Result) -> str:
    height, width = record.image_shape or (0, 0)
    data = "SHA-256" if record.trial.samples is None else "a stratified share of the data with the SHA-256"
    return (
        f"{record.n_train:,} training and {record.n_test:,} test images of {height}x{width} pixels, "
        f"{len(record.class_names)} classes; {data} {record.trial.fingerprint}"
    )


def trial_seconds(records: list[Result]) -> float:
    """Return the sum of the trials' own wall times; of trials that ran side by side each counts in full.

    Parameters
    ----------
    records : list of Result
        The trials.

    Returns
    -------
    seconds : float
    """
    return sum(record.seconds for record in records)


def clock_seconds(records: list[Result]) -> float:
    """Return the time on the clock in which at least one trial ran: pauses between calls of the run are left out.

    A trial's end is recorded to the second, and so is this.

    Parameters
    ----------
    records : list of Result
        The trials.

    Returns
    -------
    seconds : float
    """
    spans = sorted((_end(record) - record.seconds, _end(record)) for record in records)
    total, until = 0.0, -math.inf
    for start, end in spans:
        total += max(end - max(start, until), 0.0)
        until = max(until, end)
    return total


def _end(record: Result) -> float:
    return datetime.fromisoformat(record.finished).timestamp()


def _time(records: list[Result], budget: float | None) -> str:
    stated = f"; the suite states about {duration(budget)} on two cores" if budget else ""
    return (
        f"{duration(clock_seconds(records))} of wall time while trials ran; the trials' own times add up to "
        f"{duration(trial_seconds(records))}{stated}"
    )


def _choices(good: list[Result]) -> str:
    """Say what chooses among candidates and epochs, and what only watches."""
    watched = dict.fromkeys(record.trial.case for record in good if record.trial.validation == "test")
    told = "grid searches and early stopping see the training part alone"
    return f"{told}; only watched on the test part, for its curves: {'; '.join(watched)}" if watched else told


def _further_seeds(decisions: tuple[SeedDecision, ...]) -> tuple[tuple[str, str], ...]:
    """Say which methods were fitted with more seeds, since their first ones differed much."""
    if not decisions:
        return ()
    needed = [
        f"{each.case} (standard deviation between {each.n_seeds} seeds {100 * each.standard_deviation:.2f} points, "
        f"of a share of the test images {100 * each.limit:.2f})"
        for each in decisions
        if each.more
    ]
    others = len(decisions) - len(needed)
    parts = [f"decided on for {'; '.join(needed)}"] if needed else []
    parts += [f"not needed by {others} method{'s' if others > 1 else ''}"] if others else []
    return (("further seeds", "; ".join(parts)),)


def _versions(good: list[Result]) -> list[str]:
    """Name each version of the code, with the commits that have it."""
    commits: dict[str, dict[str, None]] = {}
    for record in good:
        environment = record.environment
        version = f"hdr-bench {environment.libraries.get('hdr-bench', 'unknown')}"
        if not environment.commit:
            version += ", not run from a checkout"
        elif environment.code:
            version += f", code {environment.code}"
        commits.setdefault(version, {}).update({environment.commit: None} if environment.commit else {})
    return [f"{version}{_of_commits(list(those))}" for version, those in commits.items()]


def _of_commits(commits: list[str]) -> str:
    return f", commit{'s' if len(commits) > 1 else ''} {', '.join(commits)}" if commits else ""


def _machine(record: Result) -> tuple[tuple[str, str], ...]:
    environment = record.environment
    return (
        ("processor", f"{environment.cpu} ({environment.machine}), {environment.cores} cores"),
        ("memory", f"{environment.memory_bytes / 2**30:.1f} GiB"),
        ("system", environment.system),
        ("Python", environment.python),
        ("libraries", ", ".join(f"{name} {version}" for name, version in environment.libraries.items())),
    )
