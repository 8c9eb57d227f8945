"""Hosts of this process, started on demand and reused; a trial whose host ends is repeated in another."""

import threading
from collections.abc import Iterable

import psutil

from hdr_bench.experiments.messages import OnStage, Outcome, Stage, Task
from hdr_bench.experiments.processes.host_handle import Host, HostClosedError, HostError
from hdr_bench.experiments.processes.leftovers import abandoned_processes, end, with_remarks
from hdr_bench.experiments.processes.scratch import clear_scratch
from hdr_bench.records.environment import read_environment, utc_now
from hdr_bench.records.result import Result
from hdr_bench.records.trial import Trial

_idle: list[Host] = []
_lock = threading.Lock()


class Hosts:
    """Hosts in which a run's trials are currently running. Idle hosts are kept for later runs of this process."""

    def __init__(self) -> None:
        self._busy: set[Host] = set()
        self._is_closed = False

    def run(self, task: Task, on_stage: OnStage) -> Outcome:
        """Run a trial in an idle host, or in a newly started one.

        Parameters
        ----------
        task : Task
        on_stage : callable
            Called with each stage of the trial.

        Returns
        -------
        outcome : Outcome

        Raises
        ------
        HostError
            If the host ends.
        HostClosedError
            If these hosts are closed, before or in the meantime.
        """
        host = self._take(task)
        try:
            return host.run(task, on_stage)
        finally:
            self._give_back(host)

    def close(self) -> None:
        """End the hosts that run a trial, and accept no further trials."""
        with _lock:
            # From now on, hosts that are given back are closed.
            self._is_closed = True
            busy = tuple(self._busy)
        try:
            _close(busy)
        finally:
            # Even if a second Ctrl-C arrives in the meantime.
            for host in busy:
                host.ask_to_end()

    def _take(self, task: Task) -> Host:
        replaced = None
        try:
            with _lock:
                if self._is_closed:
                    raise HostClosedError("the run was stopped")
                host, replaced = _taken_from_idle(task)
                host = host or Host(for_networks=task.is_of_network)
                self._busy.add(host)
        finally:
            # Even if the other one cannot be started, as this one is no longer in any list.
            if replaced is not None:
                replaced.close()
        return host

    def _give_back(self, host: Host) -> None:
        with _lock:
            self._busy.discard(host)
            if host.is_running and not self._is_closed:
                _idle.append(host)
                return
        host.close()


def close_idle_hosts(keep: int = 0) -> None:
    """End the idle hosts of this process, except for some.

    Parameters
    ----------
    keep : int, default=0
        Number of idle hosts to keep.
    """
    with _lock:
        idle = tuple(_idle[keep:])
        del _idle[keep:]
    _close(idle)


def clear_leftovers_of_hosts() -> list[psutil.Process]:
    """End the processes, and remove the files, of hosts whose user was killed; return what cannot be killed.

    Returns
    -------
    left : list of psutil.Process
    """
    left = end(abandoned_processes)
    clear_scratch()
    return left


def _taken_from_idle(task: Task) -> tuple[Host | None, Host | None]:
    """Return an idle host that suits a trial, or else one to be replaced by a new host."""
    _idle[:] = [host for host in _idle if host.is_running]
    fitting = [host for host in _idle if host.is_for_networks or not task.is_of_network]
    taken = (fitting or _idle)[-1:]
    for host in taken:
        _idle.remove(host)
    return (taken[0], None) if fitting else (None, taken[0] if taken else None)


def _close(hosts: Iterable[Host]) -> None:
    for host in hosts:
        host.ask_to_end()
    for host in hosts:
        host.close()


MOST_ATTEMPTS = 2


def run_attempts(task: Task, on_stage: OnStage, hosts: Hosts | None = None) -> Outcome:
    """Run a trial in a host; if the host ends, retry once in another.

    Parameters
    ----------
    task : Task
    on_stage : callable
        Called with each stage of the trial.
    hosts : Hosts, optional
        Where to run it; by default in new hosts.

    Returns
    -------
    outcome : Outcome
        With status ``"crashed"`` if the second host ended as well.

    Raises
    ------
    HostClosedError
        If the hosts are closed.
    """
    hosts = hosts or Hosts()
    left: tuple[str, ...] = ()
    for _ in range(MOST_ATTEMPTS):
        try:
            result, predictions = hosts.run(task, on_stage)
        except HostError as error:
            reason, left = str(error), left + error.left
        else:
            return result, predictions
    return with_remarks(crashed_result(task.trial, reason), left, ()), None


def crashed_result(trial: Trial, reason: str) -> Result:
    """Return the result of a trial whose hosts all ended.

    Parameters
    ----------
    trial : Trial
    reason : str
        How the last host ended.

    Returns
    -------
    result : Result
        With status ``"crashed"``.
    """
    return Result(
        key=trial.key,
        trial=trial,
        status="crashed",
        error=f"tried {MOST_ATTEMPTS} times: {reason}",
        finished=utc_now(),
        environment=read_environment(),
    )


def ignore_stage(stage: Stage) -> None:
    """Ignore the stage of a trial.

    Parameters
    ----------
    stage : Stage
    """
