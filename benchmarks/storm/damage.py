"""Damaged results: what is on disk of a run is changed in many ways, reported on, and run again."""

import gzip
import hashlib
import io
import json
import random
import re
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.storm import oracle
from benchmarks.storm.ground import Ground, remove
from benchmarks.storm.judging import FAILED_TRIALS, RIGHT, USAGE
from benchmarks.storm.references import RUN, Reference, References, write_suite

_SEAL = 64
_CONTENTS = (b"[]", b"null", b"{}", b"hello\n", b"\xff\xfe\x00", b"[" * 200_000, b"9" * 6000, b'"\\ud800"')
_NAMED = re.compile("damaged|missing|failed|no result|newer")
Damage = Callable[[Path, random.Random], None]


def attack(ground: Ground, rng: random.Random, references: References) -> None:
    """Damage one to three trials and perhaps another file of a stored run; make its report, and run it again."""
    reference, run = references["small"], ground.folder / "run"
    shutil.copytree(reference.folder, run)
    trials = sorted((run / "trials").glob("*.zip"))
    targets = rng.sample(trials, rng.choice((1, 2, 3)))
    faults = [_damage(path, rng, _OF_TRIALS) for path in targets]
    others = [path for path in sorted(run.rglob("*")) if path.is_file() and path.parent.name in _OTHER_FOLDERS]
    if rng.random() < 0.6:
        faults.append(_damage(rng.choice((run / "run.json", *others)), rng, OF_FILES))
    with ground.injecting(*faults):
        newer = {path.stem for path in targets if _says_newer(path)}
        _judge_report(ground, run, reference)
        _judge_run(ground, run, reference, newer)


def _judge_report(ground: Ground, run: Path, reference: Reference) -> None:
    """Judge the report of a damaged run: a damaged result is in it as such, or is as it was."""
    said = ground.call(["report", "run"])
    ground.expect(said, RIGHT, USAGE, FAILED_TRIALS)
    if said.code != USAGE:
        ground.found(oracle.check_report(run, reference.store))
        missing = reference.store.keys() - oracle.read_store(run).keys()
        if missing and not _NAMED.search(said.text):
            ground.found([("unclear", f"no word of what is damaged: {', '.join(sorted(missing))}")])
    ground.found(oracle.leftovers(run))


def _judge_run(ground: Ground, run: Path, reference: Reference, newer: set[str]) -> None:
    """Run again what is damaged, and compare with the undisturbed run; what is whole is used as it is."""
    suite = write_suite(ground, "small")
    before = oracle.read_store(run)
    # An edit that has its checksum is damage, too, though the oracle may not see it.
    whole = {path.stem for path in (run / "trials").iterdir() if _is_as_in(reference.folder, path)}
    held = {path.name: path.read_bytes() for path in (run / "trials").glob("*.zip") if path.stem in newer}
    said = ground.call(["run", suite, *RUN])
    if said.code == USAGE and (folders := _folders_for_files(run)):
        # A folder may hold something of the user's: it is not removed, and the message must say so.
        ground.expect(said, USAGE)
        for folder in folders:
            remove(folder)
        said = ground.call(["run", suite, *RUN])
    ground.expect(said, *((FAILED_TRIALS,) if newer else (RIGHT,)))
    after = oracle.read_store(run)
    right = {key: stored for key, stored in reference.store.items() if key not in newer}
    ground.found(oracle.compare(right, {key: stored for key, stored in after.items() if key not in newer}))
    untouched = {key: stored for key, stored in before.items() if key in whole}
    ground.found(oracle.unused({key: one for key, one in untouched.items() if key not in newer}, after))
    for name, content in held.items():
        path = run / "trials" / name
        if not path.is_file() or path.read_bytes() != content:
            ground.found([("lost", f"{name} of a newer version was written over")])
    if not newer:
        ground.found(oracle.check_report(run, reference.store))
    ground.found(oracle.leftovers(run))
    ground.expect_nothing_left()


def _is_as_in(folder: Path, path: Path) -> bool:
    other = folder / "trials" / path.name
    return path.is_file() and other.is_file() and path.read_bytes() == other.read_bytes()


def _folders_for_files(run: Path) -> list[Path]:
    """Return the folders where a run has files."""
    return [path for path in run.rglob("*") if path.is_dir() and path.suffix in {".zip", ".npz", ".json"}]


def _damage(path: Path, rng: random.Random, damages: dict[str, Damage]) -> str:
    name = rng.choice(sorted(damages))
    damages[name](path, rng)
    return f"{name}: {path.parent.name}/{path.name}"


def _says_newer(path: Path) -> bool:
    """Whether a trial's file says that a newer version of the library wrote it: it is left as it is."""
    try:
        with zipfile.ZipFile(path) as archive:
            version = json.loads(archive.read("result.json"))["format_version"]
    except Exception:  # noqa: BLE001  # a damaged file raises whatever comes
        return False
    return isinstance(version, int) and version > 5


def flip_a_bit(path: Path, rng: random.Random) -> None:
    """Flip one bit."""
    content = bytearray(path.read_bytes())
    content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    path.write_bytes(content)


def flip_many(path: Path, rng: random.Random) -> None:
    """Overwrite a stretch with noise."""
    content = bytearray(path.read_bytes())
    begin = rng.randrange(len(content))
    stretch = content[begin : begin + rng.randint(2, 200)]
    content[begin : begin + len(stretch)] = rng.randbytes(len(stretch))
    path.write_bytes(content)


def truncate(path: Path, rng: random.Random) -> None:
    """Cut a file off."""
    content = path.read_bytes()
    path.write_bytes(content[: rng.randrange(len(content))])


def empty(path: Path, _rng: random.Random) -> None:
    """Leave nothing of a file's content."""
    path.write_bytes(b"")


def append(path: Path, rng: random.Random) -> None:
    """Append noise."""
    path.write_bytes(path.read_bytes() + rng.randbytes(rng.randint(1, 300)))


def fill_with_zeros(path: Path, _rng: random.Random) -> None:
    """Fill with zeros, as file systems do after a power failure."""
    path.write_bytes(bytes(path.stat().st_size))


def replace_by_text(path: Path, rng: random.Random) -> None:
    """Put another content in place."""
    path.write_bytes(rng.choice(_CONTENTS))


def replace_by_folder(path: Path, _rng: random.Random) -> None:
    """Put a folder in place."""
    remove(path)
    path.mkdir()


def replace_by_loop(path: Path, _rng: random.Random) -> None:
    """Put a link to itself in place."""
    remove(path)
    path.symlink_to(path.name)


def replace_by_dangling(path: Path, _rng: random.Random) -> None:
    """Put a link to nowhere in place."""
    remove(path)
    path.symlink_to("no-such-file")


def take_away(path: Path, _rng: random.Random) -> None:
    """Remove a file."""
    remove(path)


def compress(path: Path, _rng: random.Random) -> None:
    """Compress a file once more."""
    path.write_bytes(gzip.compress(path.read_bytes()))


def swap(path: Path, rng: random.Random) -> None:
    """Swap two trials' files."""
    other = rng.choice([one for one in sorted(path.parent.iterdir()) if one != path])
    aside = path.with_name("aside")
    path.rename(aside)
    other.rename(path)
    aside.rename(other)


def copy_another(path: Path, rng: random.Random) -> None:
    """Put a copy of another trial's file in place."""
    others = [one for one in sorted(path.parent.iterdir()) if one != path and one.is_file()]
    shutil.copy(rng.choice(others), path)


def _edited(is_sealed: bool, edit: Callable[[dict[str, Any], random.Random], None]) -> Damage:
    def damage(path: Path, rng: random.Random) -> None:
        try:
            with zipfile.ZipFile(path) as archive:
                members = {name: json.loads(archive.read(name)) for name in archive.namelist()}
        except (zipfile.BadZipFile, ValueError, OSError):  # two damages may meet in one file
            return
        edit(members, rng)
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in members.items():
                archive.writestr(name, content if isinstance(content, str) else json.dumps(content))
        path.write_bytes(sealed(buffer.getvalue()) if is_sealed else buffer.getvalue())

    return damage


def sealed(content: bytes) -> bytes:
    """Return an archive with the checksum that a whole one ends with."""
    before = content[:-2] + _SEAL.to_bytes(2, "little")
    return before + hashlib.sha256(before).hexdigest().encode()


def _edit_accuracy(members: dict[str, Any], rng: random.Random) -> None:
    values = (0.999, 1.0, 0.0, -1.0, 2.0, float("nan"), 1e308, None, "0.9", [1])
    members["result.json"]["scores"]["accuracy"] = rng.choice(values)


def _edit_prediction(members: dict[str, Any], rng: random.Random) -> None:
    packed = members["predictions.json"]
    change = rng.choice(("labels", "steps", "n", "text", "negative", "none", "huge"))
    if change == "labels":
        packed["wrong_labels"] = [(label + 1) % 10 for label in packed["wrong_labels"]]
    elif change == "steps":
        packed["wrong_steps"] = packed["wrong_steps"][:-1]
    else:
        values = {"n": 5, "text": "many", "negative": [-1], "none": None, "huge": [10**30]}
        packed["n" if change in {"n", "text"} else "wrong_labels"] = values[change]


def _edit_status(members: dict[str, Any], rng: random.Random) -> None:
    members["result.json"]["status"] = rng.choice(("OK", "fine", "", None, 5))


def _edit_key(members: dict[str, Any], _rng: random.Random) -> None:
    members["result.json"]["key"] = "another-0-000000000000"


def _edit_version(members: dict[str, Any], rng: random.Random) -> None:
    members["result.json"]["format_version"] = rng.choice((6, 99, 0, -1, "4", None, 3.5, 10**30))


def _edit_fields(members: dict[str, Any], rng: random.Random) -> None:
    """Take a field away, or give it a value of another type."""
    content = members["result.json"]
    # What may be any text, or any number, cannot be seen to be another.
    name = rng.choice(("trial", "scores", "environment", "class_names", "status", "key", "format_version"))
    if rng.random() < 0.5:
        del content[name]
    else:
        content[name] = rng.choice((5, "x", [[]], {"a": 1}, True))


def _drop_predictions(members: dict[str, Any], _rng: random.Random) -> None:
    members.pop("predictions.json", None)


def _spoil_json(members: dict[str, Any], rng: random.Random) -> None:
    name = rng.choice(sorted(members))
    members[name] = rng.choice(("", "{", "[" * 100_000, "null", "[]", '"text"', "9" * 5000, "NaN", '{"a": 1e999}'))


_EDITS = {
    "accuracy": _edit_accuracy,
    "prediction": _edit_prediction,
    "status": _edit_status,
    "key": _edit_key,
    "version": _edit_version,
    "fields": _edit_fields,
    "no predictions": _drop_predictions,
    "spoilt JSON": _spoil_json,
}
OF_FILES: dict[str, Damage] = {
    "flip a bit": flip_a_bit,
    "flip many": flip_many,
    "truncate": truncate,
    "empty": empty,
    "append": append,
    "zeros": fill_with_zeros,
    "another content": replace_by_text,
    "folder": replace_by_folder,
    "loop": replace_by_loop,
    "dangling link": replace_by_dangling,
    "remove": take_away,
    "compress": compress,
}
_OF_TRIALS: dict[str, Damage] = {
    **OF_FILES,
    "swap": swap,
    "another trial": copy_another,
    **{f"edit {name}": _edited(False, edit) for name, edit in _EDITS.items()},
    **{f"edit {name}, with checksum": _edited(True, edit) for name, edit in _EDITS.items()},
}
_OTHER_FOLDERS = {"labels", "images", "scores", "gallery"}
