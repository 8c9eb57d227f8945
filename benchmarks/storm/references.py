"""Suites that attacks run, and what undisturbed runs of them gave: computed once per storm.

Only the largest suite is run. The others are parts of it: a trial's key says nothing of its suite, so that its results
are theirs.
"""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.storm import oracle
from benchmarks.storm.calling import warm_up
from benchmarks.storm.faults import Outcome
from benchmarks.storm.ground import Ground
from benchmarks.storm.judging import Said

_HEAD = 'title = "Storm"\ndataset = "digits-8x8"\n'
_CASE = '[[case]]\nname = "{}"\nestimator = "{}"\nprotocol = {{ repeats = {} }}\n'
_TREE, _STEADY, _KNN = ("Tree", "storm_methods.Plain"), ("Steady", "storm_methods.Steady"), ("k-NN", "knn")
_LARGEST = "all"


_CASES = {
    "tiny": ((_TREE, 1), (_STEADY, 1)),
    "small": ((_TREE, 3), (_KNN, 1)),
    "kills": ((_TREE, 2), (_STEADY, 4)),
    _LARGEST: ((_TREE, 3), (_STEADY, 4), (_KNN, 1)),
}
SUITES = {
    suite: _HEAD + "".join(_CASE.format(name, estimator, repeats) for (name, estimator), repeats in cases)
    for suite, cases in _CASES.items()
}
"""By name: small data, instant methods, one with probabilities and one with a child of its own."""

RUN = ("--out", "run", "--threads", "1")
"""Options of every run that is compared."""


@dataclass(frozen=True)
class Reference:
    """An undisturbed run.

    Attributes
    ----------
    folder : Path
        The run's.
    store : dict of str to Stored
    """

    folder: Path
    store: oracle.Store


References = Mapping[str, Reference]
"""By the name of the suite."""


def write_suite(ground: Ground, name: str) -> str:
    """Write a suite, and the modules beside it, into an attack's folder; return the file's name."""
    ground.take("storm_methods.py", "storm_acts.py")
    (ground.folder / f"{name}.toml").write_text(SUITES[name], encoding="utf-8")
    return f"{name}.toml"


def make_references(folder: Path, homes: Path) -> References:
    """Run the suites undisturbed, unless they have been run in this folder; imports and caches are warm afterwards.

    Raises
    ------
    RuntimeError
        If one cannot be run, or its results contradict themselves: nothing can be compared with them.
    """
    if not (folder / _LARGEST).exists():
        incoming = folder.with_name(f"{folder.name}-{os.getpid()}")
        ground = Ground(Outcome("reference", 0, 0), incoming / _LARGEST, homes)
        _check(ground, ground.call(["run", write_suite(ground, _LARGEST), *RUN]))
        incoming.replace(folder)
    warm_up(folder / _LARGEST / "run", folder / f"warm-up-{os.getpid()}")
    for name in SUITES:
        if not (folder / name).exists():
            _derive(name, folder, homes)
    runs = {name: folder / name / "run" for name in SUITES}
    return {name: Reference(run, oracle.read_store(run)) for name, run in runs.items()}


def _derive(name: str, folder: Path, homes: Path) -> None:
    """Make the undisturbed run of a suite of the results that the largest one has of its trials."""
    ground = Ground(Outcome("reference", 0, 0), folder / f"{name}-{os.getpid()}", homes)
    largest, run = folder / _LARGEST / "run", ground.folder / "run"
    for place in ("labels", "scores"):
        shutil.copytree(largest / place, run / place)
    (run / "trials").mkdir()
    for (case, _), repeats in _CASES[name]:
        for seed in range(repeats):
            (path,) = (largest / "trials").glob(f"{case.lower()}-{seed}-*")
            shutil.copy(path, run / "trials")
    _check(ground, ground.call(["run", write_suite(ground, name), *RUN]))
    ground.folder.replace(folder / name)


def _check(ground: Ground, said: Said) -> None:
    faults = list(oracle.contradictions(oracle.read_store(ground.folder / "run")))
    if said.code or faults:
        raise RuntimeError(f"an undisturbed run ended with exit code {said.code}: {faults} {said.text}")
