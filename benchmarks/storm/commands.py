"""Hostile command lines: generated, each refused with a sentence or carried out, on terminals of few letters too."""

import random
import shutil
from pathlib import Path

from benchmarks.storm.calling import limit_memory
from benchmarks.storm.ground import Ground
from benchmarks.storm.judging import FAILED_TRIALS, RIGHT, USAGE, WORSE
from benchmarks.storm.patience import patience
from benchmarks.storm.references import References, write_suite
from benchmarks.storm.words import read_words

PER_ATTACK = 10
LONGEST_SECONDS = patience(60.0)
_WORDS = read_words("commands")
_TERMINALS = read_words("terminals")
# What a TOML file cannot hold well: bytes that are no letters, and very long ones.
_LONG = "9" * 5000
_NUMBERS = [*_WORDS["numbers"], _LONG]
_TIMES = [*_WORDS["times"], f"{_LONG}h"]
_SIZES = [*_WORDS["sizes"], f"{_LONG}TB"]
_PATHS = [*_WORDS["paths"], "x" * 300, "x/" * 3000, b"\xff\xfe"]
_NAMES = [*_WORDS["names"], "a" * 10_000, b"\xff"]
_LAYERS = [*_WORDS["layers"], "1C1" + "-1C1" * 3000]
_RUN_OPTIONS = {
    **dict.fromkeys(("--samples", "--repeats", "--seed", "--threads", "--jobs"), _NUMBERS),
    "--time-limit": _TIMES,
    "--memory-limit": _SIZES,
    "--only": _NAMES,
    "--dataset": [*_NAMES, *_WORDS["sources"]],
    "--out": _PATHS,
    "--backend": _WORDS["backends"],
    "--scheduler": _WORDS["schedulers"],
    "--rerun": _WORDS["reruns"],
    "--nosuch": ["x"],
}
Words = list[str | bytes]


def attack(ground: Ground, rng: random.Random, references: References) -> None:
    """Call commands with hostile words, in hostile surroundings."""
    _furnish(ground, references)
    for _ in range(PER_ATTACK):
        words, environment = rng.choice(_MAKERS)(rng), _surroundings(rng)
        command = [word if isinstance(word, str) else word.decode("utf-8", "surrogateescape") for word in words]
        shown = " ".join(
            [*(f"{name}={value[:20]}" for name, value in environment.items()), *(one[:60] for one in command)]
        )
        with ground.injecting(f"command line: {ascii(shown)[1:-1]}"):
            said = ground.call(words, environment=environment, before=limit_memory, seconds=LONGEST_SECONDS)
            ground.expect(said, RIGHT, USAGE, *_others(words))
    ground.expect_nothing_left()


def _furnish(ground: Ground, references: References) -> None:
    """Put into the working folder what hostile words name."""
    write_suite(ground, "tiny")
    (ground.folder / "a-file").write_text("not a folder", encoding="utf-8")
    (ground.folder / "loop").symlink_to("loop")
    (ground.folder / "empty").mkdir()
    shutil.copytree(references["tiny"].folder, ground.folder / "run")
    shutil.copytree(references["small"].folder, ground.folder / "other")
    _make_foreign_run(ground.folder / "foreign", references)


def _make_foreign_run(folder: Path, references: References) -> None:
    """Make a folder that looks like a run's, but is not."""
    folder.mkdir()
    (folder / "run.json").write_text('{"name": "a project of another program"}', encoding="utf-8")
    (folder / "report.html").write_text("<html>mine</html>", encoding="utf-8")
    shutil.copytree(references["tiny"].folder / "labels", folder / "labels")


def _surroundings(rng: random.Random) -> dict[str, str]:
    """Return variables of the environment that a terminal, or its user, may have set."""
    names = rng.sample(sorted(_TERMINALS), rng.choice((0, 0, 1, 2)))
    if rng.random() < 0.3:
        names.append("PYTHONIOENCODING")
    return {name: rng.choice(_TERMINALS[name]) for name in names}


def _others(words: Words) -> tuple[int, ...]:
    """Return which exit codes besides 0 and 2 a command may have."""
    return {"compare": (WORSE,), "report": (FAILED_TRIALS,)}.get(str(words[0]) if words else "", ())


def _run(rng: random.Random) -> Words:
    words: Words = ["run", rng.choice(("quick", "tiny.toml", "tiny.toml", rng.choice(_NAMES))), "--dry-run"]
    for option in rng.sample(sorted(_RUN_OPTIONS), rng.choice((1, 1, 2))):
        words += [option, rng.choice(_RUN_OPTIONS[option])]
    return words


def _report(rng: random.Random) -> Words:
    return ["report", rng.choice([*_PATHS, "foreign"]), "--formats", rng.choice(_WORDS["formats"])]


def _compare(rng: random.Random) -> Words:
    folders = ["run", "other", "foreign", *_PATHS]
    words: Words = ["compare", rng.choice(folders), rng.choice(folders)]
    return words if rng.random() < 0.6 else [*words, "--tolerance", rng.choice(_NUMBERS)]


def _show(rng: random.Random) -> Words:
    words: Words = ["show", rng.choice([*_NAMES, *_LAYERS, *_LAYERS])]
    option = rng.choice(("", "", "--image", "--classes"))
    values = {"--image": _WORDS["images"], "--classes": _NUMBERS}
    return [*words, option, rng.choice(values[option])] if option else words


def _data(rng: random.Random) -> Words:
    action = rng.choice(("list", "fetch", "fetch", "add", "add", "add", "remove", "nosuch", ""))
    if action == "fetch":
        return ["data", "fetch", rng.choice([*_NAMES, *_WORDS["sources"]])]
    if action == "add":
        words: Words = ["data", "add", rng.choice([*_NAMES, "mnist", "own"]), rng.choice(_PATHS)]
        return words if rng.random() < 0.7 else [*words, "--resize", rng.choice(_WORDS["images"])]
    if action == "remove":
        return ["data", "remove", rng.choice([*_NAMES, *_PATHS])]
    return ["data", action]


def _other(rng: random.Random) -> Words:
    first = rng.choice(("list", "cite", "index", "", "--help", "--version", "a word", "too few", "too many"))
    few: list[Words] = [[], ["run"], ["report"], ["compare", "run"], ["data"], ["show"], ["cite"]]
    words: dict[str, Words] = {
        "list": ["list", rng.choice(["suites", "estimators", "datasets", *_NAMES])],
        "cite": ["cite", rng.choice([*_NAMES, "quick"]), "--format", rng.choice(("bibtex", "text", "nosuch", ""))],
        "index": ["index", rng.choice([*_PATHS, "foreign"])],
        "a word": [rng.choice([*_NAMES, "rn", "reprot"])],
        "too few": rng.choice(few),
        "too many": ["show", "quick", "extra", "words"],
    }
    return words.get(first, [first])


_MAKERS = (_run, _run, _run, _report, _compare, _show, _data, _other)
