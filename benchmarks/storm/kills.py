"""Kills at random moments, of every process of a run, one at a time and two at a time."""

import random
import signal
import time
from contextlib import suppress
from dataclasses import dataclass, replace

import psutil

from benchmarks.storm import oracle
from benchmarks.storm.ground import PATIENCE_SECONDS, Ground, Running
from benchmarks.storm.judging import FAILED_TRIALS, INTERRUPTED, RIGHT
from benchmarks.storm.processes import descendants, end, has_loaded, roles, running, still_alive, wait_until, with_token
from benchmarks.storm.references import RUN, Reference, References, write_suite

FEWEST, MOST = 3, 6
_SIGNALS = (signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGSTOP)
_BOTH = "runner and host"
# The runner twice: a run that is killed and started again is what happens most.
_VICTIMS = ("runner", "runner", _BOTH, "guard", "host", "fork server", "trial", "grandchild")
_LATEST_SECONDS = 0.8
_VICTIM_WITHIN_SECONDS = 15.0
_LOADS_WITHIN_SECONDS = 2.0


@dataclass(frozen=True)
class Kill:
    """One kill.

    Attributes
    ----------
    victim : str
        What the process does.
    number : signal.Signals
        Of SIGSTOP, the parent is killed afterwards.
    results : int
        It comes when so many more results are on disk,
    delay : float
        and so many seconds have passed.
    """

    victim: str
    number: signal.Signals
    results: int
    delay: float

    def __str__(self) -> str:
        """Return the kill in words."""
        then = " and SIGKILL to its parent" if self.number == signal.SIGSTOP else ""
        return f"{self.number.name} to the {self.victim}{then} after {self.results} results and {self.delay:.2f} s"


def attack(ground: Ground, rng: random.Random, references: References) -> None:
    """Run a suite of small trials, kill processes of it again and again, and run it to its end."""
    session = _Session(ground, write_suite(ground, "kills"), rng.choice(("1", "1", "2")), references["kills"])
    for _ in range(rng.randint(FEWEST, MOST)):
        moment = rng.randint(0, 2), rng.uniform(0, _LATEST_SECONDS)
        kill = _possible(Kill(rng.choice(_VICTIMS), rng.choice(_SIGNALS), *moment))
        with ground.injecting(f"{kill} (jobs {session.jobs})"):
            session.strike(kill)
    ground.blame(f"the last of: {'; '.join(ground.outcome.faults)}")
    session.finish()


def _possible(kill: Kill) -> Kill:
    """Return a kill that there can be: no parent is the storm's own, and two are killed as one."""
    if kill.victim == _BOTH or (kill.victim == "runner" and kill.number == signal.SIGSTOP):
        return replace(kill, number=signal.SIGKILL)
    return kill


class _Session:
    """A run that is killed and started again."""

    def __init__(self, ground: Ground, suite: str, jobs: str, reference: Reference) -> None:
        self._ground, self._suite, self.jobs, self._reference = ground, suite, jobs, reference
        self._run = ground.folder / "run"
        self._runner: Running | None = None
        self._kept: dict[str, oracle.Stored] = {}

    def strike(self, kill: Kill) -> None:
        """Wait for the moment, kill, and judge what remains."""
        runner = self._running()
        before = self._count()
        wait_until(lambda: runner.is_over or self._count() >= before + kill.results, _VICTIM_WITHIN_SECONDS)
        # Before that it is an interpreter that starts, and not yet the command.
        wait_until(lambda: runner.is_over or has_loaded(runner.pid, "numpy"), _VICTIM_WITHIN_SECONDS)
        time.sleep(kill.delay)
        victim = self._victim(kill, runner)
        if victim is None:
            # The run was over before the moment came: there was no fault.
            self._ground.outcome.faults.pop()
            self._close(runner)
        elif kill.victim == "runner":
            runner.signal(kill.number)
            self._judge_killed_runner(kill, runner)
        elif kill.victim == _BOTH:
            runner.signal(kill.number)
            end([victim])
            self._judge_killed_runner(kill, runner)
        elif not self._kill_other(kill, victim):
            self._judge_killed_runner(kill, runner)

    def finish(self) -> None:
        """Let the run come to its end, and compare it with the undisturbed one."""
        if self._runner is not None:
            self._close(self._runner)
        before = oracle.read_store(self._run)
        said = self._ground.call(["run", self._suite, *RUN])
        self._ground.expect(said, self._code())
        self._ground.found(oracle.unused(before, oracle.read_store(self._run)))
        if self._code() != RIGHT:
            # A trial that was killed is a row that says so; it runs again when it is asked to.
            said = self._ground.call(["run", self._suite, *RUN, "--rerun", "failed"])
            self._ground.expect(said, RIGHT)
        after = oracle.read_store(self._run)
        self._ground.found(oracle.compare(self._reference.store, after))
        self._ground.found(oracle.check_report(self._run, self._reference.store))
        self._ground.found(oracle.leftovers(self._run))
        self._ground.expect_nothing_left()

    def _running(self) -> Running:
        if self._runner is None or self._runner.is_over:
            if self._runner is not None:
                self._close(self._runner)
            self._kept = oracle.read_store(self._run)
            # Once all is there, all is run again, so that there is something to kill.
            rerun = "all" if len(self._kept) >= len(self._reference.store) else "missing"
            arguments = ["run", self._suite, *RUN, "--jobs", self.jobs, "--rerun", rerun]
            self._runner = self._ground.start(arguments)
        return self._runner

    def _victim(self, kill: Kill, runner: Running) -> psutil.Process | None:
        found: list[psutil.Process] = []

        def look() -> bool:
            found[:] = self._candidates(kill.victim, runner)
            return bool(found) or runner.is_over

        wait_until(look, _VICTIM_WITHIN_SECONDS)
        return found[0] if found and not runner.is_over else None

    def _candidates(self, victim: str, runner: Running) -> list[psutil.Process]:
        if victim == "runner":
            with suppress(psutil.NoSuchProcess):
                return [psutil.Process(runner.pid)]
            return []
        return roles(with_token(self._ground.token)).get("host" if victim == _BOTH else victim, [])

    def _judge_killed_runner(self, kill: Kill, runner: Running) -> None:
        said = runner.wait(PATIENCE_SECONDS)
        interrupted = () if kill.number in {signal.SIGKILL, signal.SIGSTOP} else INTERRUPTED
        self._ground.expect(said, RIGHT, FAILED_TRIALS, *interrupted, is_signalled=True)
        alive = still_alive(lambda: with_token(self._ground.token), PATIENCE_SECONDS)
        self._ground.found(("left behind", f"process {line}") for line in alive)
        gone = self._kept.keys() - oracle.read_store(self._run).keys()
        self._ground.found(("lost", f"{key}: it was stored, and is gone") for key in sorted(gone))
        self._runner = None

    def _kill_other(self, kill: Kill, victim: psutil.Process) -> bool:
        """Kill a process below the runner; all below it must go. Return whether the runner itself goes on."""
        doomed = [victim, *descendants(victim)]
        lives_on = True
        # Before that it is an interpreter that starts, which answers Ctrl-C as interpreters do.
        wait_until(lambda: not running([victim]) or has_loaded(victim.pid, "psutil"), _LOADS_WITHIN_SECONDS)
        with suppress(psutil.Error):
            victim.send_signal(kill.number)
            if kill.number == signal.SIGSTOP and (parent := victim.parent()):
                lives_on = self._runner is None or parent.pid != self._runner.pid
                doomed += [parent, *descendants(parent)] if lives_on else []
                parent.kill()
        # The other signals may be answered as a process sees fit.
        if lives_on and kill.number in {signal.SIGKILL, signal.SIGSTOP}:
            alive = still_alive(lambda: running(doomed), PATIENCE_SECONDS)
            self._ground.found(("left behind", f"process {line}") for line in alive)
        return lives_on

    def _close(self, runner: Running) -> None:
        """Judge a run that came to its end by itself."""
        said = runner.wait()
        self._ground.expect(said, self._code())
        self._ground.expect_nothing_left()
        self._runner = None

    def _count(self) -> int:
        # Of results that run again, the time changes and not the number.
        folder = self._run / "trials"
        stamps = [path.stat().st_mtime for path in folder.glob("*.zip")] if folder.is_dir() else []
        began = self._runner.began if self._runner else 0.0
        return sum(stamp > began for stamp in stamps)

    def _code(self) -> int:
        """Return the exit code that a run with these results must have."""
        stored = oracle.read_store(self._run).values()
        return RIGHT if all(result.status == "ok" for result in stored) else FAILED_TRIALS
