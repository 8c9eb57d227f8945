"""Damaged data: IDX and npz files, folders of pictures, and what was made ready of them."""

import random
from pathlib import Path

from benchmarks.storm import damage, oracle
from benchmarks.storm.calling import limit_memory
from benchmarks.storm.data_files import SOURCES, SPOILS
from benchmarks.storm.ground import Ground, remove
from benchmarks.storm.judging import FAILED_TRIALS, RIGHT, USAGE
from benchmarks.storm.patience import patience
from benchmarks.storm.references import RUN, References, write_suite

PER_ATTACK = 5
LONGEST_SECONDS = patience(90.0)


def attack(ground: Ground, rng: random.Random, references: References) -> None:
    """Damage files of data before they are read, or what was kept of them after."""
    if rng.random() < 0.3:
        _damage_prepared(ground, rng, references)
        return
    own = {"HDR_BENCH_DATA": str(ground.folder / "data"), "XDG_CACHE_HOME": str(ground.folder / "cache")}
    for _ in range(PER_ATTACK):
        kind, source = rng.choice(sorted(SOURCES)), ground.folder / "source"
        remove(source)
        source.mkdir()
        path = SOURCES[kind](source)
        files = sorted(one for one in source.rglob("*") if one.is_file())
        name = rng.choice(sorted(SPOILS[kind]))
        target = rng.choice(files)
        with ground.injecting(f"data: {kind}: {name}: {target.name}"):
            SPOILS[kind][name](target, rng)
            words = ["data", "add", "own", str(path)]
            said = ground.call(words, environment=own, before=limit_memory, seconds=LONGEST_SECONDS)
            ground.expect(said, RIGHT, USAGE)
            ground.found(_half_kept(ground.folder))
    ground.expect_nothing_left()


def _damage_prepared(ground: Ground, rng: random.Random, references: References) -> None:
    """Damage what was made ready of the data set, then run on it: it must be seen, and never be trained on."""
    own = {"HDR_BENCH_DATA": str(ground.folder / "data"), "XDG_CACHE_HOME": str(ground.folder / "cache")}
    suite, run = write_suite(ground, "tiny"), ground.folder / "run"
    ground.call(["data", "fetch", "digits-8x8"], environment=own)
    kept = sorted(path for place in ("data", "cache") for path in (ground.folder / place).rglob("*") if path.is_file())
    kept = [path for path in kept if path.suffix in {".npy", ".json"}]
    path, name = rng.choice(kept), rng.choice(sorted(damage.OF_FILES))
    with ground.injecting(f"prepared data: {name}: {path.name}"):
        damage.OF_FILES[name](path, rng)
        said = ground.call(["run", suite, *RUN], environment=own)
        ground.expect(said, RIGHT, USAGE, FAILED_TRIALS)
        stored = oracle.read_store(run)
        ground.found(oracle.contradictions(stored))
        well = {key for key, one in stored.items() if one.status == "ok"}
        right = {key: one for key, one in references["tiny"].store.items() if key in well}
        ground.found(oracle.compare(right, stored))
        if said.code == RIGHT and len(right) != len(references["tiny"].store):
            ground.found([("wrong", "exit code 0 without all of the undisturbed results")])
        # The message says what to remove.
        remove(ground.folder / "data")
        remove(ground.folder / "cache")
        said = ground.call(["run", suite, *RUN, "--rerun", "failed"], environment=own)
        ground.expect(said, RIGHT)
        ground.found(oracle.compare(references["tiny"].store, oracle.read_store(run)))
    ground.expect_nothing_left()


def _half_kept(folder: Path) -> list[oracle.Found]:
    """Give what was begun of a data set and not brought to its end."""
    homes = [folder / "data", folder / "cache"]
    return [
        ("left behind", f"{path.name} in the data home")
        for home in homes
        for path in home.rglob(".*")
        if path.name.startswith(".incoming")
    ]
