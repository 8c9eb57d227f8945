"""Disks that are full, folders without permission, output that nobody takes, for runs and for reports."""

import ctypes
import errno
import os
import random
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.storm import oracle
from benchmarks.storm.ground import MATERIAL, Ground, remove
from benchmarks.storm.judging import FAILED_TRIALS, RIGHT, USAGE, Said
from benchmarks.storm.references import RUN, Reference, References, write_suite

_BREAK = "HDR_BENCH_STORM_DISK"
_CALLS = ("open", "write", "replace", "mkdir", "unlink", "rename", "fsync", "chmod")
_ERRORS = (errno.ENOSPC, errno.EACCES, errno.EIO, errno.EROFS, errno.EDQUOT)
_BROKEN_PIPE = (1, 141)
"""What programs end with whose reader has gone; 141 is a shell's word for SIGPIPE."""

# Of capabilities(7): to pass over permissions, for all and for reading; and of capget(2).
_RIGHTS = (1, 2)
_PR_CAPBSET_DROP, _CAPABILITY_VERSION = 24, 0x20080522
_MOST_CALLS = 40
_TARGETS = (
    ".",
    "trials",
    "labels",
    "tables",
    "figures",
    "run.json",
    "report.html",
    "results.json",
    "tables/accuracy.csv",
)
_COMMANDS = (
    "list",
    "show quick",
    "report run",
    "compare run run",
    "cite quick",
    "--help",
    "run quick --dry-run --out other",
    "data list",
    "show 32C3-MP2-10N",
)

Reports = tuple[dict[str, bytes], ...]


def attack(ground: Ground, rng: random.Random, references: References) -> None:
    """Let a disk fail in one of several ways, then mend it, run again, and compare."""
    # Failing reports are cheapest, and have most places to fail at.
    rarer = (_failing_run, _small_files, _no_permission, _full_output, _small_disk)
    rng.choice((_failing_report, _failing_report, _failing_report, *rarer))(ground, rng, references)


def _failing_report(ground: Ground, rng: random.Random, references: References) -> None:
    """Let the k-th call below the run's folder fail while a report is written over an older one."""
    run = _older_report(ground, references["small"])
    older = oracle.report_files(run)
    for _ in range(2):
        call, number, code = rng.choice(_CALLS), rng.randint(0, _MOST_CALLS), rng.choice(_ERRORS)
        with ground.injecting(f"{errno.errorcode[code]} at {call} {number} of a report"):
            said = ground.call(["report", "run"], before=_breaking(f"{call}:{number}:{code}:{run}"))
            ground.expect(said, RIGHT, USAGE)
            _expect_one_of(ground, said, run, older, references["small"])


def _failing_run(ground: Ground, rng: random.Random, references: References) -> None:
    """Let the k-th call fail while a suite runs: in the runner alone, or in every process and for every path."""
    suite = write_suite(ground, "tiny")
    call, number, code = rng.choice(_CALLS), rng.randint(0, _MOST_CALLS), rng.choice(_ERRORS)
    if rng.random() < 0.5:
        with ground.injecting(f"{errno.errorcode[code]} at {call} {number} of a run"):
            told = f"{call}:{number}:{code}:{ground.folder / 'run'}"
            said = ground.call(["run", suite, *RUN], before=_breaking(told))
            _mend(ground, said, suite, references["tiny"])
        return
    below = rng.choice(("run", "tmp"))
    with ground.injecting(f"{errno.errorcode[code]} at {call} {number} below {below}/ of each process of a run"):
        told = f"{call}:{number}:{code}:{ground.folder / below}"
        path = os.pathsep.join(filter(None, (str(MATERIAL), os.environ.get("PYTHONPATH"))))
        said = ground.start(["run", suite, *RUN], {_BREAK: told, "PYTHONPATH": path}).wait()
        _mend(ground, said, suite, references["tiny"])


def _small_files(ground: Ground, rng: random.Random, references: References) -> None:
    """Limit the size of every file that a run's processes write."""
    suite, most = write_suite(ground, "tiny"), rng.choice((0, 100, 1000, 3000, 10_000, 100_000))

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

    # The limit is of the output, too.
    with ground.injecting(f"files of {most} bytes at most, of a run"):
        said = ground.call(["run", suite, *RUN, "--quiet"], before=limit)
        _mend(ground, said, suite, references["tiny"], is_silent=most < 3000)


def _no_permission(ground: Ground, rng: random.Random, references: References) -> None:
    """Take away permissions, and run without the right to pass over them."""
    run = _older_report(ground, references["small"])
    older = oracle.report_files(run)
    target, mode = run / rng.choice(_TARGETS), rng.choice((0o000, 0o444, 0o555))
    before = target.stat().st_mode
    name = target.relative_to(run).as_posix()
    with ground.injecting(f"mode {mode:03o} of {name} while a report is written"):
        target.chmod(mode)
        said = ground.call(["report", "run"], before=_drop_rights)
        target.chmod(before)
        ground.expect(said, RIGHT, USAGE, *((FAILED_TRIALS,) if name in {"trials", "labels"} else ()))
        if said.code == USAGE:
            _expect_one_of(ground, said, run, older, references["small"])
    target = rng.choice((ground.folder, run / "trials", run))
    with ground.injecting(f"mode 555 of {target.name} while a suite runs"):
        target.chmod(0o555)
        said = ground.call(["run", write_suite(ground, "small"), *RUN, "--rerun", "all"], before=_drop_rights)
        target.chmod(0o755)
        ground.expect(said, RIGHT, USAGE)
    ground.found(oracle.compare(references["small"].store, oracle.read_store(run)))
    ground.expect_nothing_left()


def _full_output(ground: Ground, rng: random.Random, references: References) -> None:
    """Send output to a full device, to nobody, or to a pipe that is closed."""
    shutil.copytree(references["small"].folder, ground.folder / "run")
    for arguments in map(str.split, rng.sample(_COMMANDS, 4)):
        device = rng.choice(("/dev/full", "closed", "pipe"))
        with ground.injecting(f"output of {arguments[0]} to {device}"):
            said = ground.call(arguments, before=_OUTPUTS[device])
            # Nobody can be told but by the exit code: a full disk is an error, a reader that has gone is not.
            ground.expect(said, RIGHT, USAGE, *_BROKEN_PIPE, is_silent=True)


def _small_disk(ground: Ground, rng: random.Random, references: References) -> None:
    """Run on a disk that is too small, where this machine lets one be made; otherwise let writing fail."""
    suite, kilobytes = write_suite(ground, "tiny"), rng.choice((16, 40, 80, 150, 300, 600))
    (ground.folder / "run").mkdir()
    with _disk(ground.folder / "run", kilobytes) as is_there:
        if not is_there:
            _failing_run(ground, rng, references)
            return
        with ground.injecting(f"a disk of {kilobytes} kB, for a run"):
            said = ground.call(["run", suite, *RUN])
            ground.expect(said, RIGHT, USAGE, FAILED_TRIALS)
            ground.found(oracle.contradictions(oracle.read_store(ground.folder / "run")))
            ground.found(oracle.check_report(ground.folder / "run", references["tiny"].store))
            ground.found(oracle.leftovers(ground.folder / "run"))
            ground.expect_nothing_left()


def _mend(ground: Ground, said: Said, suite: str, reference: Reference, *, is_silent: bool = False) -> None:
    """Judge a run on a bad disk; run again on a good one, to the undisturbed results."""
    run = ground.folder / "run"
    ground.expect(said, RIGHT, USAGE, FAILED_TRIALS, is_silent=is_silent)
    before = oracle.read_store(run)
    ground.found(oracle.contradictions(before))
    again = ground.call(["run", suite, *RUN, "--rerun", "failed"])
    ground.expect(again, RIGHT)
    after = oracle.read_store(run)
    ground.found(oracle.unused({key: one for key, one in before.items() if one.status == "ok"}, after))
    ground.found(oracle.compare(reference.store, after))
    ground.found(oracle.check_report(run, reference.store))
    ground.found(oracle.leftovers(run))
    ground.expect_nothing_left()


def _older_report(ground: Ground, reference: Reference) -> Path:
    """Return a run whose report is of one trial less than its results; what it would be is the undisturbed one's."""
    run = ground.folder / "run"
    shutil.copytree(reference.folder, run)
    missing = next((run / "trials").glob("tree-*"))
    kept = missing.read_bytes()
    missing.unlink()
    ground.call(["report", "run"])
    missing.write_bytes(kept)
    return run


def _expect_one_of(ground: Ground, said: Said, run: Path, older: dict[str, bytes], reference: Reference) -> None:
    """Judge whether a report is wholly the older one, or wholly the new one."""
    found, newer = oracle.report_files(run), oracle.report_files(reference.folder)
    if found not in (older, newer):
        odd = [name for name in sorted(found.keys() | older.keys()) if found.get(name) != older.get(name)]
        ground.found([("left behind", f"a report of old and new files; new or gone: {', '.join(odd)[:160]}")])
    if said.code == RIGHT and found != newer:
        ground.found([("wrong", f"{said.command}: exit code 0 without the new report")])
    ground.found(oracle.leftovers(run))


def _breaking(told: str) -> Callable[[], None]:
    """Return what breaks the disk of this process, as `sitecustomize` does when an interpreter starts."""

    def break_disk() -> None:
        os.environ[_BREAK] = told
        source = (MATERIAL / "sitecustomize.py").read_text(encoding="utf-8")
        exec(compile(source, "sitecustomize.py", "exec"), {"__name__": "sitecustomize"})  # our own file
        del os.environ[_BREAK]

    return break_disk


def _drop_rights() -> None:
    """Let this process, and all that it starts, be bound by permissions, also if it is root's."""
    libc = ctypes.CDLL(None, use_errno=True)
    for right in _RIGHTS:
        libc.prctl(_PR_CAPBSET_DROP, right, 0, 0, 0)
    header, rights = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0), (ctypes.c_uint32 * 6)()
    libc.capget(header, rights)
    kept = ~sum(1 << right for right in _RIGHTS) & 0xFFFFFFFF
    # Effective, permitted and inheritable ones; the second half is of rights with greater numbers.
    rights[0], rights[1], rights[2] = rights[0] & kept, rights[1] & kept, rights[2] & kept
    libc.capset(header, rights)


def _write_to_full_device() -> None:
    _begin_with(os.open("/dev/full", os.O_WRONLY))


def _close_output() -> None:
    # As an interpreter that is started so.
    os.close(1)
    sys.stdout = None  # type: ignore[assignment]


def _write_to_closed_pipe() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    _begin_with(writing)


def _begin_with(file: int) -> None:
    """Let standard output be a file, as an interpreter finds it when it starts: what can be sought is asked then."""
    os.dup2(file, 1)
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115


_OUTPUTS = {"/dev/full": _write_to_full_device, "closed": _close_output, "pipe": _write_to_closed_pipe}


@contextmanager
def _disk(folder: Path, kilobytes: int) -> Iterator[bool]:
    """Mount a small disk on a folder while the block lasts; give whether that is possible here."""
    options = f"size={kilobytes}k"
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], capture_output=True, check=False)
    try:
        yield mounted.returncode == 0
    finally:
        if mounted.returncode == 0:
            subprocess.run(["umount", "-l", folder], check=False)
            remove(folder)
