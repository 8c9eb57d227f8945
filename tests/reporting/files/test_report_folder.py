"""The files of a report: whole or not at all, whatever fails, ends or writes beside it."""

import errno
import json
import os
import resource
import shutil
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from hdr_bench import compare_runs, write_report
from hdr_bench.exceptions import AllTrialsFailedError, StoreError
from hdr_bench.files import write_whole
from hdr_bench.reporting.files import exchange
from hdr_bench.reporting.files.report_folder import lock_report, put_report, settle_report
from hdr_bench.reporting.files.written_files import LIST
from hdr_bench.reporting.page.index import write_index
from hdr_bench.reporting.report_place import check_report_place
from hdr_bench.reporting.run import RunContents

REPORTS = Path(__file__).parents[3] / "reports"
FORMAT_1 = Path(__file__).parents[2] / "records" / "format_1"
FIRST = {
    "report.html": b'<meta name="generator" content="hdr-bench">',
    "report.md": b"first",
    "figures/a.png": b"a",
    "figures/b.png": b"b",
    "tables/t.csv": b"1",
    "results.json": b'[{"format_version": 4}]',
}
SECOND = {
    "report.html": b"second",
    "report.md": b"second",
    "figures/a.png": b"A",
    "figures/c.png": b"c",
    "gallery/0123456789abcdef.npz": b"g",
    "results.json": b'[{"format_version": 5}]',
}


def _holds(folder):
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return {name: content for name, content in found.items() if name != LIST}


def _pages(folder):
    return {name: content for name, content in _holds(folder).items() if name != ".report-lock"}


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


FOREIGN = {
    "figures/notes.png": b"mine",
    "figures/a.svg": b"mine",
    "tables/mine.csv": b"1,2",
    "tables/t.tex": b"mine",
    "figures/deeper/b.png": b"mine",
}


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
    assert {**FOREIGN, "run.json": b"{}", "results.json": FIRST["results.json"]}.items() <= _holds(folder).items()
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


def test_a_page_of_the_first_version_is_replaced_and_anothers_that_looks_like_it_is_not(first):
    sentence = (
        b'<p class="note">Each trial, with its settings and measurements, is in <code>results.json</code> beside '
    )
    page = b"<!DOCTYPE html>" + b" " * 2000 + sentence + b"this page.</p></footer></body></html>"
    (first / LIST).unlink()
    (first / "report.html").write_bytes(page + b" " * 1000)
    with pytest.raises(StoreError, match="not written by hdr-bench report"):
        put_report(first, SECOND)
    (first / "report.html").write_bytes(page)
    put_report(first, SECOND)
    assert (first / "report.html").read_bytes() == b"second"


def _failing(function, at, number=errno.ENOSPC):
    """Return the function, which the `at`-th time fails as a disk does that is full, and from then on works."""
    calls = iter(range(1000))

    def fail(*arguments, **options):
        if next(calls) == at:
            raise OSError(number, os.strerror(number), str(arguments[0]))
        return function(*arguments, **options)

    return fail


@pytest.mark.parametrize("name", ["replace", "rename", "write_bytes", "write_text", "unlink", "mkdir"])
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
            # It has fewer such steps, or the one that failed was of clearing up, which whoever comes next does.
            settle_report(first)
            assert _pages(first) == {**SECOND, "run.json": b"{}"}
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


# Ends its own process at each step in turn, one copy of the folder per step: from the first step on, or from the one
# after the `failing`-th file that could not be put in place.
KILLED = """
import errno, itertools, os, shutil, sys
from pathlib import Path
from hdr_bench.reporting.files.report_folder import put_report, lock_report
from tests.reporting.files.test_report_folder import SECOND

def watch(name, failing, deadly):
    function = getattr(Path, name)
    def step(*arguments, **options):
        if failing and name == "replace" and next(replaced) == failing:
            failed.append(True)
            raise OSError(errno.ENOSPC, "No space left on device")
        if (failed or not failing) and next(steps) == deadly:
            os._exit(9)
        return function(*arguments, **options)
    setattr(Path, name, step)

first, failing = Path(sys.argv[1]), int(sys.argv[2])
for deadly in range(1000):
    copy = first.with_name(f"{deadly:03}")
    shutil.copytree(first, copy)
    if os.fork() == 0:
        failed, replaced, steps = [], itertools.count(1), itertools.count()
        try:
            for name in ("replace", "rename", "unlink", "mkdir", "rmdir", "write_bytes", "write_text"):
                watch(name, failing, deadly)
            with lock_report(copy):
                put_report(copy, SECOND)
        finally:
            os._exit(0)
    if os.waitstatus_to_exitcode(os.wait()[1]) == 0:
        break
"""


@pytest.fixture
def in_a_folder(tmp_path):
    folder = tmp_path / "first"
    folder.mkdir()
    (folder / "run.json").write_bytes(b"{}")
    put_report(folder, FIRST)
    return folder


@pytest.mark.parametrize("failing", [0, 4])
def test_a_report_is_whole_wherever_its_writer_ended(in_a_folder, failing):
    """At any step, also of what puts the last report back after one failed."""
    subprocess.run([sys.executable, "-c", KILLED, str(in_a_folder), str(failing)], check=True)
    copies = sorted(in_a_folder.parent.glob("[0-9]*"))
    assert len(copies) > (5 if failing else 20)
    outcomes, mixed = [], 0
    for copy in copies:
        mixed += _pages(copy) not in ({**FIRST, "run.json": b"{}"}, {**SECOND, "run.json": b"{}"})
        settle_report(copy)
        outcomes.append(_pages(copy) == {**SECOND, "run.json": b"{}"})
        if not outcomes[-1]:
            assert {name: content for name, content in _pages(copy).items() if ".incoming-" not in name} == {
                **FIRST,
                "run.json": b"{}",
            }
        assert not {".report-swap", ".report-undo"} & {path.name for path in copy.iterdir()}
        # The next report removes what a killed one had not begun to put in place.
        with lock_report(copy):
            put_report(copy, FIRST)
        gallery = {name: content for name, content in _pages(copy).items() if name.startswith("gallery/")}
        assert _pages(copy) == {**FIRST, **gallery, "run.json": b"{}"}
        assert {path.name for path in copy.iterdir() if path.is_dir()} <= {"figures", "tables", "gallery"}
    # The exchange counts from one step on; if one failed, no more once it is being undone.
    assert outcomes == sorted(outcomes, reverse=bool(failing))
    assert set(outcomes) == {True, False}
    assert mixed


def _interrupted(folder):
    """Leave a folder as a killed process does that has put one of the new files in place."""
    replace, calls = Path.replace, iter(range(100))

    def killed(path, target):
        if next(calls) == 1:
            raise KeyboardInterrupt
        return replace(path, target)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "replace", killed)
        patch.setattr(exchange, "_undo", lambda *_: None)
        patch.setattr(exchange, "_discard", lambda undo: undo.rename(undo.with_name(".report-swap")))
        with pytest.raises(KeyboardInterrupt):
            put_report(folder, SECOND)
    assert (folder / ".report-swap").is_dir()


@pytest.mark.parametrize("read", [RunContents, write_index, check_report_place, write_report, compare_runs])
def test_whoever_reads_or_writes_the_folder_finishes_what_was_begun(in_a_folder, read):
    _interrupted(in_a_folder)
    assert _pages(in_a_folder)["report.md"] == b"first"
    arguments = {write_index: [in_a_folder.parent], compare_runs: [in_a_folder, in_a_folder]}.get(read, [in_a_folder])
    # There is no run in it.
    if read != check_report_place:
        with pytest.raises(StoreError):
            read(*arguments)
    else:
        read(*arguments)
    assert _pages(in_a_folder) == {**SECOND, "run.json": b"{}"}


PLANS = ["", "{", "[]", "nothing", '{"new": ["../x"]}', '{"new": ["run.json"]}', "[" * 100_000]


@pytest.mark.parametrize("plan", PLANS, ids=[plan[:20] for plan in PLANS])
def test_what_is_no_plan_of_ours_is_not_followed(in_a_folder, plan):
    swap = in_a_folder / ".report-swap"
    (swap / "new").mkdir(parents=True)
    (swap / "new" / "run.json").write_bytes(b"changed")
    if plan.startswith('{"'):
        plan = json.dumps({"gone": ["run.json", "../x"], "replaced": [], "folders": [], **json.loads(plan)})
    if plan != "nothing":
        (swap / "plan.json").write_text(plan)
    (in_a_folder.parent / "x").write_bytes(b"mine")
    settle_report(in_a_folder)
    assert _pages(in_a_folder) == {**FIRST, "run.json": b"{}"}
    assert (in_a_folder.parent / "x").read_bytes() == b"mine"
    assert not swap.exists()


@pytest.fixture
def victim(tmp_path):
    """A folder that is none of the run's, with files of the names that a report's can have."""
    place = tmp_path / "victim"
    place.mkdir()
    for name in ("a.png", "holiday.png", "t.csv", "report.md", ".incoming-0-0-dead"):
        (place / name).write_bytes(b"mine")
    return place


LINKS = {
    "figures": {"gone": ["figures/holiday.png"]},
    "tables": {"gone": ["tables/t.csv"]},
    "figures of its own": {"new": ["figures/a.png"], "folders": ["figures"]},
    ".report-swap/new": {"new": ["report.md"]},
    ".report-swap/new/figures": {"new": ["figures/a.png"]},
    ".report-undo/old": {"replaced": ["report.md"]},
    ".report-undo/old/figures": {"replaced": ["figures/a.png"]},
}


@pytest.mark.parametrize("link", LINKS)
def test_a_plan_leads_to_nothing_behind_a_link(tmp_path, victim, link):
    folder = tmp_path / "run"
    path = folder / link.removesuffix(" of its own")
    place = folder / (link.partition("/")[0] if link.startswith(".") else ".report-swap")
    for needed in (path.parent, place):
        needed.mkdir(parents=True, exist_ok=True)
    if "of its own" in link:
        (place / "new" / "figures").mkdir(parents=True)
        (place / "new" / "figures" / "a.png").write_bytes(b"changed")
    path.symlink_to(victim)
    (place / "plan.json").write_text(json.dumps({"new": [], "gone": [], "replaced": [], "folders": [], **LINKS[link]}))
    before = _holds(victim)
    settle_report(folder)
    assert _holds(victim) == before
    assert not place.exists()
    assert not (folder / "report.md").exists()


@pytest.mark.parametrize("name", ["figures", "tables"])
def test_a_report_neither_writes_nor_removes_anything_behind_a_link(in_a_folder, victim, name):
    shutil.rmtree(in_a_folder / name)
    (in_a_folder / name).symlink_to(victim)
    before, report = _holds(victim), _holds(in_a_folder)
    said = rf"a link, where a folder belongs \({in_a_folder / name}\).*; move {in_a_folder / name} away, and then: "
    with pytest.raises(StoreError, match=said), lock_report(in_a_folder):
        put_report(in_a_folder, {**SECOND, "tables/t.csv": b"2"})
    assert (_holds(victim), _pages(in_a_folder)) == (before, report)
    with lock_report(in_a_folder):
        put_report(in_a_folder, {"report.md": b"second"})
    assert _holds(victim) == before
    assert (in_a_folder / "report.md").read_bytes() == b"second"


def test_a_lock_that_is_a_link_is_refused(in_a_folder, victim):
    (in_a_folder / ".report-lock").symlink_to(victim / "a.png")
    said = r"a link, where a file belongs .*; move .*/\.report-lock away"
    with pytest.raises(StoreError, match=said), lock_report(in_a_folder):
        pytest.fail("it is not ours")
    _interrupted(in_a_folder)
    settle_report(in_a_folder)
    assert (victim / "a.png").read_bytes() == b"mine"


@pytest.mark.parametrize("name", [".report-swap", ".report-undo"])
@pytest.mark.parametrize("kind", ["file", "link", "link to nowhere"])
def test_what_has_the_name_of_an_exchange_and_is_none_is_named(run_of_two, name, kind):
    path = run_of_two / name
    if kind == "file":
        path.write_text("x")
    else:
        path.symlink_to(run_of_two if kind == "link" else "nowhere")
    settle_report(run_of_two)
    with pytest.raises(
        StoreError, match=rf"cannot write the report in .*: not a folder \({path}\).*; move {path} away"
    ):
        write_report(run_of_two, ["md"])
    assert os.path.lexists(path)
    path.unlink()
    write_report(run_of_two, ["md"])
    assert (run_of_two / "report.md").read_bytes() == b"first"


def test_what_is_in_the_way_of_an_interrupted_exchange_is_named(in_a_folder):
    _interrupted(in_a_folder)
    (in_a_folder / "report.md").unlink()
    (in_a_folder / "report.md").mkdir()
    said = rf"Is a directory \({in_a_folder / 'report.md'}\).*; move {in_a_folder / 'report.md'} away"
    with pytest.raises(StoreError, match=said), lock_report(in_a_folder):
        pytest.fail("it cannot be finished")
    (in_a_folder / "report.md").rmdir()
    settle_report(in_a_folder)
    assert _pages(in_a_folder) == {**SECOND, "run.json": b"{}"}


MINE = [
    "report.md",
    "report.html",
    "summary.json",
    "results.json",
    "report-files.txt",
    "tables/time.csv",
    "figures/accuracy.png",
]


@pytest.mark.parametrize("name", MINE)
def test_a_file_that_no_report_wrote_is_not_replaced_and_named_before_anything_runs(tmp_path, name):
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b'{"mine": 1}')
    said = f"{path}: not written by hdr-bench report, so it is not replaced; move it away, or choose another folder"
    with pytest.raises(StoreError, match=said):
        check_report_place(tmp_path)
    with pytest.raises(StoreError, match=said):
        put_report(tmp_path, {**FIRST, name: b"new"})
    assert [each for each in tmp_path.rglob("*") if each.is_file()] == [path]
    assert path.read_bytes() == b'{"mine": 1}'


@pytest.mark.parametrize("name", ["tables", "figures"])
@pytest.mark.parametrize("make", [Path.touch, lambda path: path.symlink_to(path.parent)], ids=["file", "link"])
def test_what_is_in_the_place_of_a_folder_is_named_before_anything_runs(tmp_path, name, make):
    make(tmp_path / name)
    with pytest.raises(NotADirectoryError, match=name):
        check_report_place(tmp_path)


def test_nor_are_files_beside_a_report_of_ours(first):
    for name in ("figures/confusion-1-own.png", "tables/t.tex"):
        (first / name).write_bytes(b"mine")
    before = _holds(first)
    with pytest.raises(StoreError, match=r"confusion-1-own.png, and 1 more of the report's names: not written by"):
        put_report(first, {**SECOND, "figures/confusion-1-own.png": b"new", "tables/t.tex": b"new"})
    assert _holds(first) == before


@pytest.mark.parametrize("name", ["quick", "sougrati", "lecun-1998"])
@pytest.mark.parametrize("without", [[], ["report-files.txt"], ["report-files.txt", "report.md"]])
def test_reports_of_every_version_are_replaced(tmp_path, name, without):
    # What a run here has left beside is not of the report.
    folder = shutil.copytree(
        REPORTS / name, tmp_path / name, ignore=shutil.ignore_patterns(".*", "images", "scores", "estimate.json")
    )
    for missing in without:
        (folder / missing).unlink(missing_ok=True)
    check_report_place(folder)
    files = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    written = {each: b"new" for each in files if not each.startswith(("run.json", "trials/", "labels/"))}
    put_report(folder, written)
    assert all((folder / each).read_bytes() == b"new" for each in written if each != LIST)


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
            with lock_report(tmp_path):
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
    monkeypatch.setattr("hdr_bench.reporting.files.report_folder._LOCK_SECONDS", 0.01)
    entered, leave = threading.Event(), threading.Event()

    def hold():
        with lock_report(first):
            entered.set()
            leave.wait()

    holder = threading.Thread(target=hold)
    holder.start()
    try:
        entered.wait()
        with pytest.raises(StoreError, match="another process has been writing this report"), lock_report(first):
            pytest.fail("two writers at once")
    finally:
        leave.set()
        holder.join()


def test_a_folder_without_a_run_is_left_as_it_is(tmp_path):
    with pytest.raises(StoreError, match="not a run"):
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
