"""Backends: where trials run. Each is a function that is found by its path, and imported when a run asks for it.

To add one, write its function, ``run(tasks, options, datasets, progress)``, in its own file beside this one, and enter
it in `BACKENDS`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pkgutil import resolve_name
from typing import Any

from hdr_bench.exceptions import SuiteError, offer, shown, suggestion
from hdr_bench.experiments.messages import Outcomes, Progress, Task
from hdr_bench.records.option_description import flag_of, option_of
from hdr_bench.records.options import RunOptions


@dataclass(frozen=True)
class Backend:
    """Entry of a backend.

    Attributes
    ----------
    path : str
        ``"module:function"``. The function takes an iterator of `Task`, which it takes up one by one, the
        `RunOptions`, the run's data sets by fingerprint, and a `Progress`, which it may tell of stages; it gives
        each outcome as soon as it is there. Where the iterator gives None, no task may begin at the moment: the
        function gives the next outcome before it asks again.
    help : str
        Where trials run by it.
    needs : tuple of str
        Options that must be given.
    takes : tuple of str
        Options that may be given.
    """

    path: str
    help: str
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()


BACKENDS: Mapping[str, Backend] = {
    "sequential": Backend(
        "hdr_bench.experiments.processes.local:run_sequentially", "on this machine, one after the other"
    ),
    "local": Backend(
        "hdr_bench.experiments.processes.local:run_concurrently", "on this machine, several at a time", takes=("jobs",)
    ),
    "dask": Backend(
        "hdr_bench.experiments.processes.dask_cluster:run_on_cluster", "on a Dask cluster", needs=("scheduler",)
    ),
}

CHOICES = {name: entry.help for name, entry in BACKENDS.items()}
"""Names that the option `backend` takes, and what they are."""


def backend_of(options: RunOptions) -> Backend:
    """Return the backend that a run's options choose; without a name, ``local`` for several jobs.

    Parameters
    ----------
    options : RunOptions

    Returns
    -------
    backend : Backend

    Raises
    ------
    SuiteError
        If there is no such backend, if it needs another option, or if it does not take one that was given.
    """
    name = options.backend or ("local" if options.jobs > 1 else "sequential")
    if name not in BACKENDS:
        raise SuiteError(f"unknown backend {shown(name)}.{suggestion(name, BACKENDS)} {offer(BACKENDS)}")
    of_some = dict.fromkeys(option for entry in BACKENDS.values() for option in (*entry.takes, *entry.needs))
    for option in of_some:
        _check_option(option, options, name)
    return BACKENDS[name]


def _check_option(option: str, options: RunOptions, name: str) -> None:
    """Raise SuiteError if a backend lacks an option that it needs, or is given one that is for others."""
    field, backend = RunOptions.model_fields[option], BACKENDS[name]
    is_given = getattr(options, option) != field.default
    if is_given and option not in (*backend.needs, *backend.takes):
        others = [each for each, entry in BACKENDS.items() if option in (*entry.needs, *entry.takes)]
        raise SuiteError(f"{option} ({flag_of(option)}) is for the backend {' or '.join(others)}, not for {name}")
    if option in backend.needs and not is_given:
        raise SuiteError(f"the backend {name} needs {option} ({flag_of(option)}): {option_of(field).help}")


def run_tasks(
    tasks: Iterable[Task | None], options: RunOptions, datasets: Mapping[str, Any], progress: Progress
) -> Outcomes:
    """Run trials, and give each outcome as soon as it is there.

    Parameters
    ----------
    tasks : iterable of Task or None
        Looked at as they are taken up; None where one depends on an outcome that is not there yet.
    options : RunOptions
        They choose the backend.
    datasets : mapping of str to Dataset or ndarray
        By fingerprint, for workers on other machines; arrays are images that were made for test sets.
    progress : Progress
        Told of each trial that begins; on a cluster, of each that is sent there. Where they run one after the other,
        also of its stages.

    Returns
    -------
    outcomes : generator of Outcome
        Closed before its end, it ends what runs.

    Raises
    ------
    SuiteError
        If there is no such backend, or its options do not fit it.
    """
    run: Callable[..., Outcomes] = resolve_name(backend_of(options).path)
    return run(_announce(tasks, progress), options, datasets, progress)


def _announce(tasks: Iterable[Task | None], progress: Progress) -> Iterator[Task | None]:
    """Give the tasks, and tell of each that it begins when it is taken up."""
    for task in tasks:
        if task is not None:
            progress.trial(task.trial)
        yield task
