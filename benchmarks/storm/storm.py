"""The storm itself: attacks chosen by class and number, carried out two at a time, each in a fork of this process."""

import os
import random
import shutil
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from benchmarks.storm import cluster, commands, damage, data, disk, kills, methods, suites, together
from benchmarks.storm.calling import preload
from benchmarks.storm.faults import Journal, Outcome
from benchmarks.storm.ground import Ground, remove
from benchmarks.storm.processes import end, with_token
from benchmarks.storm.references import References, make_references

# With more, something is wrong with the storm as a whole.
_MOST_BROKEN = 5

Attack = Callable[[Ground, random.Random, References], None]


@dataclass(frozen=True)
class StormClass:
    """A class of faults.

    Attributes
    ----------
    title : str
        What tables call it.
    attack : callable
    share : int
        Of 100 faults, so many are of this class.
    per_attack : int
        Faults that one attack injects, about.
    """

    title: str
    attack: Attack
    share: int
    per_attack: int


CLASSES = {
    "kills": StormClass("Kills of every process", kills.attack, 17, 4),
    "cluster": StormClass("Kills on a Dask cluster", cluster.attack, 1, 1),
    "together": StormClass("Several runs at once, with kills", together.attack, 3, 4),
    "disk": StormClass("Disk full, no permission", disk.attack, 10, 2),
    "damage": StormClass("Damaged results", damage.attack, 18, 3),
    "data": StormClass("Damaged data", data.attack, 11, 4),
    "methods": StormClass("Methods that misbehave", methods.attack, 14, 8),
    "suites": StormClass("Hostile suites", suites.attack, 14, suites.PER_ATTACK),
    "commands": StormClass("Hostile command lines", commands.attack, 12, commands.PER_ATTACK),
}


class Storm:
    """A storm of one seed; what all attacks compare with is made at once.

    Parameters
    ----------
    seed : int
    folder : Path
        Of its journal, references and attacks; a short path, since sockets are made below it.
    """

    def __init__(self, seed: int, folder: Path) -> None:
        preload()
        folder.mkdir(parents=True, exist_ok=True)
        self.seed, self.folder = seed, folder
        self.journal = Journal(folder / "journal.jsonl", seed)
        self.homes = folder / "homes"
        self.references = make_references(folder / "references", self.homes)
        self._running: dict[int, str] = {}
        self._broken: list[str] = []

    def run(self, names: Iterable[str], n_faults: int, jobs: int) -> None:
        """Inject faults of these classes until there are so many, those in the journal included."""
        quotas = {name: -(-n_faults * CLASSES[name].share // 100) for name in names}
        self.carry_out_all(self._missing(quotas), jobs)

    def carry_out_all(self, attacks: Iterable[str], jobs: int) -> None:
        """Carry out attacks, e.g. ``kills:17``, so many at a time; their outcomes are in the journal.

        Raises
        ------
        RuntimeError
            If the storm itself failed in one of them; the others are carried out first.
        """
        for attack in attacks:
            while len(self._running) >= jobs:
                self._wait()
            self._start(attack)
        while self._running:
            self._wait()
        if self._broken:
            self._raise_broken()

    def carry_out(self, attack: str) -> Outcome:
        """Carry out one attack here and now, and return what came of it."""
        name, _, number = attack.partition(":")
        outcome, began = Outcome(name, int(number), self.seed), time.monotonic()
        place = self.folder / f"{name}-{number}"
        shutil.rmtree(place, ignore_errors=True)
        ground = Ground(outcome, place, self.homes)
        try:
            CLASSES[name].attack(ground, random.Random(f"{self.seed}-{name}-{number}"), self.references)
        finally:
            end(with_token(ground.token))
        outcome.seconds = time.monotonic() - began
        if not outcome.findings:
            remove(place)
        return outcome

    def _missing(self, quotas: Mapping[str, int]) -> Iterator[str]:
        """Give attacks as long as faults are missing, the class first that lacks most of its share."""
        while True:
            outcomes = self.journal.read()
            injected = Counter(dict.fromkeys(quotas, 0))
            for outcome in outcomes:
                injected[outcome.storm_class] += len(outcome.faults)
            done = {outcome.name for outcome in outcomes}.union(self._running.values(), self._broken)
            for running in self._running.values():
                name = running.partition(":")[0]
                injected[name] += CLASSES[name].per_attack
            behind = {name: injected[name] / quota for name, quota in quotas.items() if injected[name] < quota}
            if not behind:
                if not self._running:
                    return
                # What runs may inject less than was expected of it.
                self._wait()
                continue
            name = min(behind, key=lambda one: behind[one])
            yield next(attack for number in count() if (attack := f"{name}:{number}") not in done)

    def _start(self, attack: str) -> None:
        sys.stdout.flush()
        pid = os.fork()
        if pid:
            self._running[pid] = attack
            return
        code = 1
        # Under `nohup`, or in a shell's background, runs would ignore these as this process does.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
        try:
            outcome = self.carry_out(attack)
            self.journal.add(outcome)
            _print(outcome)
            code = 0
        except BaseException:  # noqa: BLE001  # the storm's own fault, which its parent reports
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            os._exit(code)

    def _wait(self) -> None:
        """Wait until one of the attacks that run has ended."""
        pid, status = os.wait()
        name = self._running.pop(pid, "")
        if status and name:
            self._broken.append(name)
        if len(self._broken) > _MOST_BROKEN:
            self._raise_broken()

    def _raise_broken(self) -> None:
        raise RuntimeError(f"the storm itself failed in {', '.join(self._broken)}; what it says is above")


def _print(outcome: Outcome) -> None:
    print(f"{outcome.name}: {len(outcome.faults)} faults, {outcome.seconds:.0f} s, {len(outcome.findings)} findings")
    for finding in outcome.findings:
        print(f"  {finding.kind}: {finding.detail[:300]}\n    by: {finding.fault[:200]}")
