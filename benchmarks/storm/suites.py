"""Hostile suite files: generated from a right one, each refused with a sentence, or planned; nothing is run."""

import random
import string
from collections.abc import Callable
from pathlib import Path

from benchmarks.storm.calling import limit_memory
from benchmarks.storm.ground import Ground, remove
from benchmarks.storm.judging import RIGHT, USAGE
from benchmarks.storm.patience import patience
from benchmarks.storm.references import References
from benchmarks.storm.words import read_words

PER_ATTACK = 10
LONGEST_SECONDS = patience(60.0)
_MODULES = {
    "quits.py": "import sys\nsys.exit('bye')\n",
    "raises.py": "raise ValueError('at import \\udcff')\n",
    "no_python.py": "def (:\n",
    "prints.py": "print('x' * 1000)\nfrom sklearn.tree import DecisionTreeClassifier as Tree\n",
    "kills.py": "raise KeyboardInterrupt\n",
    "no_class.py": "Tree = 5\ndef function(): pass\n",
}
_WORDS = read_words("suites")
# What a TOML file cannot hold well: very long numbers, and deep nests.
_VALUES = [*_WORDS["values"], "9" * 5000, "[" * 500 + "]" * 500]
_ESTIMATORS = [*_WORDS["estimators"], "a" * 5000]
_FILE_NAMES = [*_WORDS["file_names"], "a\udcff.toml"]
Suite = Callable[[random.Random], bytes]


def attack(ground: Ground, rng: random.Random, _references: References) -> None:
    """Give hostile suites to the commands that read them."""
    for name, content in _MODULES.items():
        (ground.folder / name).write_text(content, encoding="utf-8")
    for _ in range(PER_ATTACK):
        kind = rng.choice(sorted(_SUITES))
        is_wrong, make = _SUITES[kind]
        content = make(rng)
        with ground.injecting(f"a suite: {kind}: {_differing(content)}"):
            path = _written(ground.folder / "hostile.toml", content, rng)
            planning = ["run", str(path), "--dry-run", "--out", "run"]
            command = rng.choice((planning, planning, ["show", str(path)], ["cite", str(path)]))
            said = ground.call(command, before=limit_memory, seconds=LONGEST_SECONDS)
            # What a method's parameters are, `show` and `cite` need not know: they import nothing.
            must_fail = is_wrong and (command[0] == "run" or kind not in _KNOWN_TO_RUN)
            ground.expect(said, *((USAGE,) if must_fail else (RIGHT, USAGE)))
            _expect_nothing_written(ground)
    ground.expect_nothing_left()


def _written(path: Path, content: bytes, rng: random.Random) -> Path:
    """Put a suite on disk: mostly as a file, sometimes as what no suite should be."""
    remove(path)
    if content.startswith(b"\0folder"):
        path.mkdir()
    elif content.startswith(b"\0loop"):
        path.symlink_to(path.name)
    elif content.startswith(b"\0long name"):
        return path.with_name("n" * 300 + ".toml")
    elif content.startswith(b"\0odd name"):
        odd = path.with_name(rng.choice(_FILE_NAMES))
        odd.write_bytes(_RIGHT.encode())
        return odd
    else:
        path.write_bytes(content)
    return path


def _differing(content: bytes) -> str:
    """Return the first line by which a suite differs from the right one, shortened."""
    right = set(_RIGHT.encode().splitlines())
    lines = (line for line in content.splitlines() if line not in right)
    return ascii(next((line for line in lines if b"[[case]]" not in line and b'"x"' not in line), b"")[:70])


def _expect_nothing_written(ground: Ground) -> None:
    if (ground.folder / "run").exists():
        ground.found([("left behind", "a folder of a run that was not run")])
        remove(ground.folder / "run")


_RIGHT = """title = "A right suite"
dataset = "digits-8x8"
notes = ["Nothing."]

[protocol]
kind = "holdout"
repeats = 2

[[case]]
name = "Tree"
estimator = "tree"
params = { max_depth = 5 }

[[case]]
name = "SVM"
estimator = "svm"
"""


def _wrong_key(rng: random.Random) -> bytes:
    return _inserted(f"{rng.choice(_WORDS['unknown_keys'])} = 5")


def _wrong_value(rng: random.Random) -> bytes:
    return _inserted(f"{rng.choice(_WORDS['top_keys'])} = {rng.choice(_VALUES)}")


def _replaced_value(rng: random.Random) -> bytes:
    line = rng.choice([line for line in _RIGHT.splitlines() if "=" in line])
    return _RIGHT.replace(line, f"{line.partition('=')[0]}= {rng.choice(_VALUES)}", 1).encode()


def _wrong_case(rng: random.Random) -> bytes:
    key, value = rng.choice(_WORDS["case_keys"]), rng.choice(_VALUES)
    own = {"name": 'name = "x"\n', "estimator": 'estimator = "tree"\n'}
    lines = "".join(line for name, line in own.items() if name != key)
    return f"{_RIGHT}\n[[case]]\n{lines}{key} = {value}\n".encode()


def _wrong_estimator(rng: random.Random) -> bytes:
    return _with_case("x", rng.choice(_ESTIMATORS))


def _wrong_parameter(rng: random.Random) -> bytes:
    estimator, value = rng.choice(_WORDS["parameters"])
    return _with_case("x", estimator, f"params = {{ {value} }}\n")


def _refused_name(rng: random.Random) -> bytes:
    return _with_case(rng.choice(_WORDS["refused_names"]), "tree")


def _odd_name(rng: random.Random) -> bytes:
    return _with_case(rng.choice([*_WORDS["odd_names"], "x" * 3000]), "tree")


def _huge_number(rng: random.Random) -> bytes:
    value = rng.choice([*_WORDS["huge_numbers"], "9" * 5000])
    old = rng.choice(("repeats = 2", "max_depth = 5"))
    return _RIGHT.replace(old, f"{old.partition('=')[0]}= {value}").encode()


def _huge_grid(rng: random.Random) -> bytes:
    values = list(range(1, rng.choice((200, 2000))))
    grid = f"grid = {{ n_neighbors = {values}, leaf_size = {values}, p = {values} }}\n"
    protocol = 'protocol = { kind = "grid-search" }\n'
    return _with_case("x", "sklearn.neighbors.KNeighborsClassifier", grid + protocol)


def _cut_off(rng: random.Random) -> bytes:
    content = _RIGHT.encode()
    return content[: rng.randrange(len(content))]


def _noise(rng: random.Random) -> bytes:
    content = bytearray(_RIGHT.encode())
    for _ in range(rng.randint(1, 8)):
        content[rng.randrange(len(content))] = rng.randrange(256)
    return bytes(content)


def _random_text(rng: random.Random) -> bytes:
    return "".join(rng.choices(string.printable, k=rng.randint(1, 300))).encode()


def _encoded(rng: random.Random) -> bytes:
    text = _RIGHT.replace("Tree", "Bäume")
    encodings = ("utf-8-sig", "utf-16", "latin-1", "utf-32")
    return text.encode(rng.choice(encodings))


def _deep(rng: random.Random) -> bytes:
    depth, key = rng.choice((200, 2000, 100_000)), rng.choice(("notes", "params", "x"))
    if rng.random() < 0.5:
        return _inserted(f"{key} = " + "[" * depth + "]" * depth)
    return _inserted(".".join([key] * depth) + " = 1")


def _syntax(rng: random.Random) -> bytes:
    return f"{_RIGHT}\n{rng.choice(_WORDS['syntax'])}\n".encode()


def _data(rng: random.Random) -> bytes:
    name = rng.choice([*_WORDS["data"], "folder:" + "x" * 5000])
    return _RIGHT.replace('"digits-8x8"', f'"{name}"').encode()


def _with_case(name: str, estimator: str, more: str = "") -> bytes:
    return f'{_RIGHT}\n[[case]]\nname = "{name}"\nestimator = "{estimator}"\n{more}'.encode()


def _inserted(line: str) -> bytes:
    return _RIGHT.replace("notes = ", f"{line}\nnotes = ", 1).encode()


# By name: whether such a suite must be refused, and what makes it.
_SUITES: dict[str, tuple[bool, Suite]] = {
    "an unknown key": (True, _wrong_key),
    "a wrong value": (False, _wrong_value),
    "a replaced value": (False, _replaced_value),
    "a wrong case": (False, _wrong_case),
    "a wrong estimator": (True, _wrong_estimator),
    "a wrong parameter": (True, _wrong_parameter),
    "a wrong name": (True, _refused_name),
    "an odd name": (False, _odd_name),
    "a huge number": (False, _huge_number),
    "a huge grid": (True, _huge_grid),
    "cut off": (False, _cut_off),
    "noise": (False, _noise),
    "random text": (True, _random_text),
    "another encoding": (False, _encoded),
    "nested deeply": (True, _deep),
    "wrong syntax": (True, _syntax),
    "other data": (True, _data),
    "no file": (True, lambda rng: rng.choice((b"", b"\0folder", b"\0loop", b"\0long name", b"\x00\x00"))),
    "an odd file name": (False, lambda _rng: b"\0odd name"),
}
_KNOWN_TO_RUN = {"a wrong estimator", "a wrong parameter", "other data", "a huge grid"}
