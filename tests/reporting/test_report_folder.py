"""The files of a report: whole or not at all, whatever fails, ends or writes beside it."""

import errno
import os
import resource
import shutil
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from hdr_bench import write_report
from hdr_bench.exceptions import AllTrialsFailedError, StoreError
from hdr_bench.files import write_whole
from hdr_bench.reporting.report_folder import put_report, writing_report
from hdr_bench.reporting.written_files import LIST

FORMAT_1 = Path(__file__).parents[1] / "experiments" / "format_1"
FIRST = {"report.html": b"first", "report.md": b"first", "figures/a.png": b"a", "figures/b.png": b"b",
         "tables/t.csv": b"1", "results.json": b"[1]"}  # fmt: skip
SECOND = {"report.html": b"second", "report.md": b"second", "figures/a.png": b"A", "figures/c.png": b"c",
          "gallery/g.npz": b"g", "results.json": b"[2]"}  # fmt: skip


def _holds(folder):
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return {name: content for name, content in found.items() if name != LIST}


@pytest.fixture
def first(tmp_path):
    """A folder with a report in it, and a file of its run."""
    (tmp_path / "run.json").write_bytes(b"{}")
    put_report(tmp_path, FIRST)
    return tmp_path


def test_the_new_files_are_there_and_what_only_the_old_ones_had_is_gone(first):
    assert _holds(first) == {**FIRST, "run.json": b"{}"}
    before = (first / "run.json").stat().st_mtime_ns
    put_report(first, SECOND)
    assert _holds(first) == {**SECOND, "run.json": b"{}"}
    assert (first / "run.json").stat().st_mtime_ns == before


def test_files_that_hold_the_same_are_left_alone(first):
    before = {path: path.stat().st_mtime_ns for path in first.rglob("*") if path.is_file()}
    put_report(first, FIRST)
    assert {path: path.stat().st_mtime_ns for path in before} == before


FOREIGN = {"figures/notes.png": b"mine", "figures/a.svg": b"mine", "tables/mine.csv": b"1,2", "tables/t.tex": b"mine",
           "figures/deeper/b.png": b"mine"}  # fmt: skip


def _put_foreign(folder):
    for name, content in FOREIGN.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def test_files_that_no_report_wrote_stay(first):
    _put_foreign(first)
    put_report(first, SECOND)
    assert _holds(first) == {**SECOND, **FOREIGN, "run.json": b"{}"}


@pytest.mark.parametrize("content", ["run.json\n../outside.png\nfigures/../run.json\nresults.json\n", "\udcff", ""])
def test_a_list_that_was_changed_removes_nothing_but_what_a_report_can_have_written(tmp_path, content):
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "run.json").write_bytes(b"{}")
    (tmp_path / "outside.png").write_bytes(b"mine")
    put_report(folder, FIRST)
    _put_foreign(folder)
    (folder / LIST).write_bytes(content.encode(errors="surrogateescape"))
    put_report(folder, {"report.html": b"x"})
    assert {**FOREIGN, "run.json": b"{}", "results.json": b"[1]"}.items() <= _holds(folder).items()
    assert (tmp_path / "outside.png").read_bytes() == b"mine"


def test_of_a_report_without_a_list_only_what_its_pages_go_with_is_removed(first):
    (first / LIST).unlink()
    _put_foreign(first)
    (first / "report.md").write_bytes(b"![b](figures/b.png)")
    (first / "tables" / "time.csv").write_bytes(b"1")
    put_report(first, {"report.html": b"new"})
    gone = {"report.md", "figures/b.png", "report.html"}
    kept = {name: content for name, content in FIRST.items() if name not in gone}
    assert _holds(first) == {**kept, **FOREIGN, "report.html": b"new", "run.json": b"{}"}


def _failing(function, at, number=errno.ENOSPC):
    """Return the function, which the `at`-th time fails as a disk does that is full, and from then on works."""
    calls = iter(range(1000))

    def fail(*arguments, **options):
        if next(calls) == at:
            raise OSError(number, os.strerror(number), str(arguments[0]))
        return function(*arguments, **options)

    return fail


@pytest.mark.parametrize("name", ["replace", "write_bytes", "unlink", "mkdir"])
@pytest.mark.parametrize("at", range(6))
def test_a_failure_at_any_step_leaves_the_last_report(first, monkeypatch, name, at):
    before = _holds(first)
    with monkeypatch.context() as patch:
        patch.setattr(Path, name, _failing(getattr(Path, name), at))
        try:
            put_report(first, SECOND)
        except OSError:
            assert _holds(first) == before
        else:
            # It has fewer such steps, or the one that failed was of clearing up.
            assert _holds(first) == {**SECOND, "run.json": b"{}"}
    assert not list(first.glob(".incoming*"))
    assert {path.name for path in first.iterdir() if path.is_dir()} <= {"figures", "tables", "gallery"}


def test_an_interruption_leaves_the_last_report(first, monkeypatch):
    before = _holds(first)
    replace, calls = Path.replace, iter(range(100))

    def interrupted(path, target):
        if next(calls) == 3:
            raise KeyboardInterrupt
        return replace(path, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", interrupted)
        with pytest.raises(KeyboardInterrupt):
            put_report(first, SECOND)
    assert _holds(first) == before
    assert not list(first.glob(".incoming*"))


def test_without_second_names_for_files_it_is_the_same(first, monkeypatch):
    def no_links(*_arguments, **_options):
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr("os.link", no_links)
    before = _holds(first)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", _failing(Path.replace, 3))
        with pytest.raises(OSError, match="No space left"):
            put_report(first, SECOND)
    assert _holds(first) == before
    put_report(first, SECOND)
    assert _holds(first) == {**SECOND, "run.json": b"{}"}


@pytest.mark.parametrize("name", ["report.md/", "figures", "tables -> nowhere", "figures -> figures", ".report-lock/"])
def test_what_is_in_the_way_is_named_and_stays(run_of_two, name):
    name, _, target = name.partition(" -> ")
    path = run_of_two / name
    if target:
        path.symlink_to(target)
    elif name.endswith("/"):
        path.mkdir()
    else:
        path.write_bytes(b"mine")
    before = _holds(run_of_two)
    with pytest.raises(StoreError, match=rf"cannot write the report in .*are as they were; move {path} away, and then"):
        write_report(run_of_two, ["md"])
    assert {**_holds(run_of_two), ".report-lock": b""} == {**before, ".report-lock": b""}


@pytest.fixture
def run_of_two(tmp_path, monkeypatch):
    """A run of two methods, with a report that is written in no time."""
    monkeypatch.setattr("hdr_bench.reporting.report._make_files", lambda *_: FIRST)
    return shutil.copytree(FORMAT_1, tmp_path / "run")


def test_a_disk_that_is_full_and_the_next_report(run_of_two):
    write_report(run_of_two, ["md"])
    before = _holds(run_of_two)
    (run_of_two / "report.md").write_bytes(b"an older one")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2, hard))
    try:
        with pytest.raises(StoreError, match="cannot write the report in .*: File too large"):
            write_report(run_of_two, ["md"])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert _holds(run_of_two) == {**before, "report.md": b"an older one"}
    write_report(run_of_two, ["md"])
    assert _holds(run_of_two) == before


KILLED = """
import os, signal, sys
from pathlib import Path
from hdr_bench.reporting.report_folder import put_report, writing_report
replace, count = Path.replace, iter(range(100))
def killed(path, target):
    if next(count) == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return replace(path, target)
Path.replace = killed
folder = Path(sys.argv[1])
with writing_report(folder):
    put_report(folder, {"report.html": b"x", "report.md": b"x", "figures/a.png": b"x", "figures/d.png": b"x"})
"""


def test_what_a_killed_writer_left_goes_with_the_next_report(first):
    killed = subprocess.run([sys.executable, "-c", KILLED, str(first)], check=False)
    assert killed.returncode == -9
    assert list(first.glob(".incoming*"))
    # The pages, which come last, still name what is there.
    assert (first / "report.html").read_bytes() == b"first"
    assert (first / "figures" / "b.png").exists()
    with writing_report(first):
        put_report(first, SECOND)
    assert _holds(first) == {**SECOND, "run.json": b"{}", ".report-lock": b""}


def test_at_any_time_a_reader_finds_what_the_page_names(tmp_path, monkeypatch):
    """Between any two steps of any of three writers at once: each page names its figure, which is there."""
    figures = [f"figures/{number}.png" for number in range(3)]
    reports = [{"report.md": name.encode(), name: b"png" * 1000} for name in figures]
    put_report(tmp_path, reports[0])
    faults, steps = [], []

    def watching(step):
        def watched(*arguments, **options):
            done = step(*arguments, **options)
            page = (tmp_path / "report.md").read_text()
            steps.append(page)
            if not (tmp_path / page).exists():
                faults.append(page)
            return done

        return watched

    def write(report):
        for _ in range(10):
            with writing_report(tmp_path):
                put_report(tmp_path, report)

    for name in ("replace", "unlink"):
        monkeypatch.setattr(Path, name, watching(getattr(Path, name)))
    writers = [threading.Thread(target=write, args=(report,)) for report in reports]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert set(steps) == set(figures)
    assert faults == []
    assert set(_holds(tmp_path)) == {"report.md", (tmp_path / "report.md").read_text(), ".report-lock"}


def test_a_writer_waits_for_another_and_says_so_if_it_takes_too_long(first, monkeypatch):
    monkeypatch.setattr("hdr_bench.reporting.report_folder._LOCK_SECONDS", 0.01)
    entered, leave = threading.Event(), threading.Event()

    def hold():
        with writing_report(first):
            entered.set()
            leave.wait()

    holder = threading.Thread(target=hold)
    holder.start()
    try:
        entered.wait()
        with pytest.raises(StoreError, match="another process has been writing this report"), writing_report(first):
            pytest.fail("two writers at once")
    finally:
        leave.set()
        holder.join()


def test_a_folder_without_a_run_is_left_as_it_is(tmp_path):
    with pytest.raises(StoreError, match="no run here"):
        write_report(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_run_of_which_nothing_can_be_read_keeps_the_last_report(run_of_two):
    write_report(run_of_two, ["md"])
    for path in (run_of_two / "trials").iterdir():
        path.write_bytes(b"half")
    before = _holds(run_of_two)
    with pytest.raises(AllTrialsFailedError, match="every trial of this run is missing or damaged"):
        write_report(run_of_two, ["md"])
    assert _holds(run_of_two) == before


@pytest.mark.parametrize(("mask", "mode"), [(0o077, 0o600), (0o002, 0o664), (0o022, 0o644)])
def test_files_have_the_mode_that_the_umask_leaves(tmp_path, mask, mode):
    before = os.umask(mask)
    try:
        write_whole(tmp_path / "written", b"")
        put_report(tmp_path, FIRST)
    finally:
        os.umask(before)
    for path in (tmp_path / "written", tmp_path / "report.html", tmp_path / "figures" / "a.png"):
        assert stat.S_IMODE(path.stat().st_mode) == mode
    assert stat.S_IMODE((tmp_path / "figures").stat().st_mode) == 0o777 & ~mask


def test_a_file_that_cannot_be_written_is_named_as_it_was_asked_for(tmp_path, monkeypatch):
    monkeypatch.setattr(Path, "replace", _failing(Path.replace, 0))
    with pytest.raises(OSError, match="No space left on device") as refused:
        write_whole(tmp_path / "one", b"content")
    assert (refused.value.filename, refused.value.filename2) == (str(tmp_path / "one"), None)
    assert list(tmp_path.iterdir()) == []


def test_of_a_run_without_its_trials_it_is_said_what_to_do(run_of_two):
    shutil.rmtree(run_of_two / "trials")
    with pytest.raises(AllTrialsFailedError, match="missing: not yet run; run the suite again: hdr-bench run SUITE"):
        write_report(run_of_two, ["md"])


def test_a_file_that_is_written_again_has_the_mode_of_todays_umask_and_one_that_is_not_keeps_its_own(first):
    before = os.umask(0o077)
    try:
        put_report(first, {**FIRST, "report.md": b"new"})
    finally:
        os.umask(before)
    modes = {name: stat.S_IMODE((first / name).stat().st_mode) for name in ("report.md", "report.html")}
    assert modes == {"report.md": 0o600, "report.html": 0o666 & ~before}
