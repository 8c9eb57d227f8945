"""Backends: where trials run. Each is a function named by its path and imported when a run needs it.

To add a backend, write its function, ``run(tasks, options, datasets, progress)``, in its own file in this package, and
add it to `BACKENDS`.
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
        ``"module:function"``. The function takes an iterator of `Task`, from which it takes one task at a time, the
        `RunOptions`, the run's data sets by fingerprint, and a `Progress` to notify of stages; it yields each outcome
        as soon as it is available. If the iterator yields None, no task may start at the moment: the function yields
        the next outcome before it asks again.
    help : str
        Where this backend runs trials.
    needs : tuple of str
        Required options.
    takes : tuple of str
        Optional options.
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
"""Values of the option `backend`, with descriptions."""


def backend_of(options: RunOptions) -> Backend:
    """Return the backend selected by a run's options; if none is named, ``local`` for several jobs.

    Parameters
    ----------
    options : RunOptions

    Returns
    -------
    backend : Backend

    Raises
    ------
    SuiteError
        If the backend is unknown, lacks a required option, or does not take a given one.
    """
    name = options.backend or ("local" if options.jobs > 1 else "sequential")
    if name not in BACKENDS:
        raise SuiteError(f"unknown backend {shown(name)}.{suggestion(name, BACKENDS)} {offer(BACKENDS)}")
    of_some = dict.fromkeys(option for entry in BACKENDS.values() for option in (*entry.takes, *entry.needs))
    for option in of_some:
        _check_option(option, options, name)
    return BACKENDS[name]


def _check_option(option: str, options: RunOptions, name: str) -> None:
    """Raise SuiteError if a backend lacks a required option, or is given one of other backends."""
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
    """Run trials, and yield each outcome as soon as it is available.

    Parameters
    ----------
    tasks : iterable of Task or None
        Read as tasks are taken; None while the next one depends on an outcome that is not available yet.
    options : RunOptions
        Select the backend.
    datasets : mapping of str to Dataset or ndarray
        By fingerprint, for workers on other machines; arrays are images made for test sets.
    progress : Progress
        Notified of each trial that begins, or on a cluster, that is submitted; if trials run one after the other, also
        of their stages.

    Returns
    -------
    outcomes : generator of Outcome
        Closing it early stops the running trials.

    Raises
    ------
    SuiteError
        If the backend is unknown, or the options do not suit it.
    """
    run: Callable[..., Outcomes] = resolve_name(backend_of(options).path)
    return run(_announce(tasks, progress), options, datasets, progress)


def _announce(tasks: Iterable[Task | None], progress: Progress) -> Iterator[Task | None]:
    """Yield the tasks, and announce each when it is taken."""
    for task in tasks:
        if task is not None:
            progress.trial(task.trial)
        yield task
