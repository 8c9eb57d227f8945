"""Processes and files that killed runs have left: found, and ended, without touching what is in use."""

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from hdr_bench.experiments.processes.host_pool import clear_leftovers_of_hosts
from hdr_bench.experiments.processes.leftovers import abandoned_processes, end, processes_with_mark
from hdr_bench.experiments.processes.scratch import make_scratch
from hdr_bench.process_tree import MARK, make_mark
from tests.helpers.processes import wait_for


@pytest.fixture
def ended():
    """The mark of a process that has ended, and its number."""
    script = "from hdr_bench.process_tree import make_mark; print(make_mark())"
    mark = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.strip()
    return mark, mark.partition("-")[0]


@pytest.fixture
def start():
    """A function that starts a process with a mark; all that have it are killed after the test."""
    processes, marks = [], set()

    def start(mark, *command):
        process = subprocess.Popen(
            command or ("sleep", "1234"), env={**os.environ, MARK: mark}, start_new_session=True, stdout=subprocess.PIPE
        )
        processes.append(process)
        marks.add(mark)
        return psutil.Process(process.pid)

    yield start
    for mark in marks:
        end(lambda mark=mark: processes_with_mark(mark))
    for process in processes:
        process.wait()
        process.stdout.close()


def test_marks_differ_and_are_inherited(start):
    one, other = make_mark(), make_mark()
    assert one != other
    # A shell that starts another process.
    shell = start(one, "sh", "-c", "sleep 1234; true")
    children = wait_for(shell.children)
    start(other)
    assert {*processes_with_mark(one)} == {shell, *children}


def test_a_later_run_ends_what_a_killed_one_left_and_removes_its_files(start, ended, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    mark, number = ended
    lost, used = start(mark), start(make_mark())
    # The number of a process in use now, but of one that started at another time.
    reused = start(f"{os.getpid()}-1-0")
    left, living, other = (tmp_path / name for name in (f"hdr-bench-{number}-x", f"hdr-bench-{os.getpid()}-y", "z"))
    for folder in (left, living, other):
        folder.mkdir()
        (folder / "file").write_text("")
    # A process that has just been started may not have its mark yet.
    wait_for(lambda: {lost, reused} <= {*abandoned_processes()})
    assert clear_leftovers_of_hosts() == []
    assert used.status() == psutil.STATUS_SLEEPING
    psutil.wait_procs([lost, reused])
    assert sorted(tmp_path.iterdir()) == sorted([living, other])


def test_what_starts_others_while_it_is_ended_ends_with_them(start):
    mark = make_mark()
    start(mark, "sh", "-c", "while true; do (setsid sleep 1234 &) ; sleep 0.01; done")
    wait_for(lambda: len(processes_with_mark(mark)) > 5)
    assert end(lambda: processes_with_mark(mark)) == []
    assert processes_with_mark(mark) == []


def test_a_short_name_is_used_as_it_is(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", "/tmp")
    scratch = make_scratch()
    assert scratch.made == (scratch.path,)
    scratch.remove()
    assert not Path(scratch.path).exists()


def test_a_long_name_gets_a_short_one_and_the_files_stay_where_they_belong(tmp_path, monkeypatch):
    folder = tmp_path / ("long" * 30)
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    scratch = make_scratch()
    assert len(scratch.path) < 50
    (kept,) = folder.iterdir()
    assert kept.samefile(scratch.path)
    short = Path(scratch.path).parent
    assert kept.stat().st_mode & 0o777 == short.stat().st_mode & 0o777 == 0o700
    scratch.remove()
    assert list(folder.iterdir()) == []
    assert not short.exists()
