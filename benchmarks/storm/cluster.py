"""Kills on a Dask cluster: of the client that asked, of a worker, of the scheduler."""

import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psutil

from benchmarks.storm import oracle
from benchmarks.storm.ground import PATIENCE_SECONDS, Ground, Running
from benchmarks.storm.judging import FAILED_TRIALS, INTERRUPTED, RIGHT, USAGE
from benchmarks.storm.patience import patience
from benchmarks.storm.processes import TOKEN, descendants, end, roles, running, wait_until
from benchmarks.storm.references import RUN, References, write_suite

_STARTS_WITHIN_SECONDS = patience(60.0)
_SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


@dataclass(frozen=True)
class Cluster:
    """A cluster of processes on this machine.

    Attributes
    ----------
    scheduler : psutil.Process
    workers : list of psutil.Process
    address : str
    """

    scheduler: psutil.Process
    workers: list[psutil.Process]
    address: str


def attack(ground: Ground, rng: random.Random, references: References) -> None:
    """Run on a scheduler and two workers, kill one of them or the client, and run to the end without a cluster."""
    reference, run = references["kills"], ground.folder / "run"
    suite, victim = write_suite(ground, "kills"), rng.choice(("client", "client", "worker", "scheduler"))
    number, delay = rng.choice(_SIGNALS), rng.uniform(0, 1.0)
    if victim != "client":
        number = signal.SIGKILL
    with _cluster(ground) as cluster:
        client = ground.start(["run", suite, *RUN, "--backend", "dask", "--scheduler", cluster.address])
        with ground.injecting(f"{number.name} to the {victim} of a cluster, {delay:.2f} s after its first trial began"):
            wait_until(lambda: client.is_over or bool(_trials(cluster)), _STARTS_WITHIN_SECONDS)
            time.sleep(delay)
            _strike(ground, victim, number, client, cluster)
    ground.blame("all of them")
    before = oracle.read_store(run)
    ground.found(oracle.contradictions(before))
    said = ground.call(["run", suite, *RUN, "--rerun", "failed"])
    ground.expect(said, RIGHT)
    after = oracle.read_store(run)
    ground.found(oracle.unused({key: one for key, one in before.items() if one.status == "ok"}, after))
    ground.found(oracle.compare(reference.store, after))
    ground.found(oracle.check_report(run, reference.store))
    ground.expect_nothing_left()


def _strike(ground: Ground, victim: str, number: signal.Signals, client: Running, cluster: Cluster) -> None:
    """Kill, and judge what the others make of it."""
    if victim == "client":
        client.signal(number)
        said = client.wait(PATIENCE_SECONDS)
        ground.expect(said, RIGHT, FAILED_TRIALS, *INTERRUPTED, is_signalled=True)
        # The workers are the cluster's and stay; the trials are the client's.
        _expect_no_trials(ground, cluster)
        return
    struck = cluster.scheduler if victim == "scheduler" else cluster.workers[0]
    below = descendants(struck)
    struck.kill()
    said = client.wait()
    ground.expect(said, RIGHT, FAILED_TRIALS, *((USAGE,) if victim == "scheduler" else ()))
    if not wait_until(lambda: not running(below), PATIENCE_SECONDS):
        ground.found([("left behind", "processes of a worker that was killed")])
    _expect_no_trials(ground, cluster)


def _expect_no_trials(ground: Ground, cluster: Cluster) -> None:
    if not wait_until(lambda: not _trials(cluster), PATIENCE_SECONDS):
        ground.found([("left behind", "a trial on a worker, of a run that is over")])


def _trials(cluster: Cluster) -> list[psutil.Process]:
    below = [process for worker in cluster.workers for process in descendants(worker)]
    return roles(below).get("trial", [])


@contextmanager
def _cluster(ground: Ground) -> Iterator[Cluster]:
    """Give a scheduler, two workers and the address, each a process; all of them end with the block."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    # Of the storm's own: what the run leaves is told by the run's.
    environment = {**ground.environment, TOKEN: f"cluster-{ground.token}"}
    temporary = ground.folder / "cluster"
    temporary.mkdir()
    environment["TMPDIR"] = str(temporary)
    commands = [
        ["-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"],
        *(2 * [["-m", "distributed.cli.dask_worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard"]]),
    ]
    started: list[psutil.Process] = []
    with (ground.folder / "cluster.txt").open("wb") as output:
        for command in commands:
            process = subprocess.Popen(
                [sys.executable, *command], env=environment, cwd=ground.folder, stdout=output, stderr=output
            )
            started.append(psutil.Process(process.pid))
    try:
        yield Cluster(started[0], started[1:], address)
    finally:
        everything = [*started, *(below for process in started for below in descendants(process))]
        end(everything)
        psutil.wait_procs(everything, timeout=PATIENCE_SECONDS)
