"""Hosts of this process: started when a trial needs one, and kept for the next; a trial whose host ends has another."""

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
    """The hosts that a run's trials are in at the moment. Idle ones are kept for later runs of this process."""

    def __init__(self) -> None:
        self._busy: set[Host] = set()
        self._is_closed = False

    def run(self, task: Task, on_stage: OnStage) -> Outcome:
        """Run a trial in an idle host, or in another that is started for it.

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
            If these hosts are closed, before or meanwhile.
        """
        host = self._take(task)
        try:
            return host.run(task, on_stage)
        finally:
            self._give_back(host)

    def close(self) -> None:
        """End the hosts in which a trial runs; from now on they take none."""
        with _lock:
            # Whoever gives a host back from now on closes it.
            self._is_closed = True
            busy = tuple(self._busy)
        try:
            _close(busy)
        finally:
            # Also if a second Ctrl-C came meanwhile.
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
            # Also if the other one cannot be started: this one is in no list any more.
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
    """End this process's hosts in which no trial runs, all but some.

    Parameters
    ----------
    keep : int, default=0
        How many are left idle.
    """
    with _lock:
        idle = tuple(_idle[keep:])
        del _idle[keep:]
    _close(idle)


def clear_leftovers_of_hosts() -> list[psutil.Process]:
    """End the processes, and remove the files, of hosts whose user was killed; return what cannot be ended.

    Returns
    -------
    left : list of psutil.Process
    """
    left = end(abandoned_processes)
    clear_scratch()
    return left


def _taken_from_idle(task: Task) -> tuple[Host | None, Host | None]:
    """Return an idle host that has what a trial needs; otherwise one whose place a new host takes."""
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
    """Run a trial in a host; if the host ends, once more in another.

    Parameters
    ----------
    task : Task
    on_stage : callable
        Called with each stage of the trial.
    hosts : Hosts, optional
        Where it runs; by default in hosts of its own.

    Returns
    -------
    outcome : Outcome
        With status ``"crashed"`` if the second host ended too.

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
    """Return the result of a trial whose hosts ended, attempt by attempt.

    Parameters
    ----------
    trial : Trial
    reason : str
        How the last one ended.

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
    """Do nothing with how far a trial is.

    Parameters
    ----------
    stage : Stage
    """
