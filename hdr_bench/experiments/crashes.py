"""How a trial's process ended without a result, in words."""

import signal
from contextlib import suppress

from hdr_bench.experiments.trial import Trial
from hdr_bench.experiments.work import Stage


def how_it_ended(trial: Trial, exit_code: int | None, stage: Stage) -> str:
    """Return how a trial's process ended, and what most often is the cause.

    Parameters
    ----------
    trial : Trial
    exit_code : int or None
        Negative for a signal; None if the process was still running, without its connection to the harness.
    stage : Stage
        How far the trial was.
    """
    if exit_code is None:
        return f"the process closed its connection to the harness, in: {stage} (the method, or a library, closed it)"
    hint = ""
    if _signal_name(-exit_code) == "SIGKILL":
        hint = "; most often that is the kernel, which ends a process when the machine has no memory left"
    elif exit_code < 0 and trial.memory_limit is not None:
        hint = f"; it had a memory limit of {in_bytes(trial.memory_limit)}, at which some libraries end the process"
    elif exit_code >= 0:
        hint = "; the method, or a library that it uses, ended its own process"
    cause = f"signal {_signal_name(-exit_code)}" if exit_code < 0 else f"exit code {exit_code}"
    return f"the process ended without a result, in: {stage} ({cause}{hint})"


def in_bytes(count: int) -> str:
    """Return a size in the unit that suits it, e.g. ``8 GB``."""
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= size:
            return f"{count / size:.4g} {unit}"
    return f"{count} bytes"


def _signal_name(number: int) -> str:
    with suppress(ValueError):
        return signal.Signals(number).name
    return str(number)
