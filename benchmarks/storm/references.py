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
from benchmarks.storm.faults import Outcome
from benchmarks.storm.ground import Ground

_HEAD = 'title = "Storm"\ndataset = "digits-8x8"\n'
_CASE = '[[case]]\nname = "{}"\nestimator = "{}"\nprotocol = {{ repeats = {} }}\n'
_TREE, _STEADY, _KNN = ("Tree", "storm_methods.Plain"), ("Steady", "storm_methods.Steady"), ("k-NN", "knn")
_LARGEST = "all"


def _suite(*cases: tuple[tuple[str, str], int]) -> str:
    return _HEAD + "".join(_CASE.format(name, estimator, repeats) for (name, estimator), repeats in cases)


SUITES = {
    "tiny": _suite((_TREE, 1), (_STEADY, 1)),
    "small": _suite((_TREE, 3), (_KNN, 1)),
    "kills": _suite((_TREE, 2), (_STEADY, 4)),
    _LARGEST: _suite((_TREE, 3), (_STEADY, 4), (_KNN, 1)),
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
    """Run the suites undisturbed, unless they have been run in this folder.

    Raises
    ------
    RuntimeError
        If one cannot be run, or its results contradict themselves: nothing can be compared with them.
    """
    if not folder.exists():
        incoming = folder.with_name(f"{folder.name}-{os.getpid()}")
        for name in (_LARGEST, *SUITES):
            _run(name, incoming, homes)
        incoming.replace(folder)
    runs = {name: folder / name / "run" for name in SUITES}
    return {name: Reference(run, oracle.read_store(run)) for name, run in runs.items()}


def _run(name: str, folder: Path, homes: Path) -> None:
    """Run a suite; what the largest one has in common with it is taken from there."""
    if (folder / name).exists():
        return
    ground = Ground(Outcome("reference", 0, 0), folder / name, homes)
    suite, run, largest = write_suite(ground, name), folder / name / "run", folder / _LARGEST / "run"
    if name == _LARGEST:
        said = ground.start(["run", suite, *RUN]).wait()
    else:
        for place in ("trials", "labels", "scores"):
            shutil.copytree(largest / place, run / place)
        said = ground.call(["run", suite, *RUN])
        _remove_others(ground, run)
    faults = list(oracle.contradictions(oracle.read_store(run)))
    if said.code or faults:
        raise RuntimeError(f"the suite {name!r} ended with exit code {said.code}: {faults} {said.text}")


def _remove_others(ground: Ground, run: Path) -> None:
    """Remove the trials that a run's report does not have, and make the report again."""
    named = oracle.reported_keys(run)
    for path in (run / "trials").iterdir():
        if path.stem not in named:
            path.unlink()
    ground.call(["report", "run"])
