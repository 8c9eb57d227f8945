"""Attempts at a trial: it runs again, once, if its host ends without its doing."""

from hdr_bench.experiments.messages import OnStage, Outcome, Stage, Task
from hdr_bench.experiments.processes.host_pool import HostError, Hosts
from hdr_bench.experiments.processes.unkillable import with_remarks
from hdr_bench.records.environment import read_environment, utc_now
from hdr_bench.records.result import Result
from hdr_bench.records.trial import Trial

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
