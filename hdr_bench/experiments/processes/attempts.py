"""A trial that is run again, once, if what it ran on ends without its doing."""

from hdr_bench.experiments.messages import OnStage, Outcome, Stage, Work
from hdr_bench.experiments.processes.hosts import HostError, Hosts
from hdr_bench.experiments.processes.unkillable import with_remarks
from hdr_bench.records.environment import read_environment, utc_now
from hdr_bench.records.result import Result
from hdr_bench.records.trial import Trial

MOST_ATTEMPTS = 2


def run_attempts(work: Work, on_stage: OnStage, hosts: Hosts | None = None) -> Outcome:
    """Run a trial in a host; if the host ends, once more in another.

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
            result, predictions = hosts.run(work, on_stage)
        except HostError as error:
            reason, left = str(error), left + error.left
        else:
            return result, predictions
    return with_remarks(given_up(work.trial, reason), left, ()), None


def given_up(trial: Trial, reason: str) -> Result:
    """Return the result of a trial that was tried often enough."""
    return Result(
        key=trial.key,
        trial=trial,
        status="crashed",
        error=f"tried {MOST_ATTEMPTS} times: {reason}",
        finished=utc_now(),
        environment=read_environment(),
    )


def say_nothing(stage: Stage) -> None:
    """Tell no one how far a trial is, if no one listens."""
