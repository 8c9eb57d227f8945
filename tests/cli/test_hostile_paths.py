"""Names, folders and stored files that nothing can be made of: each is an error of one line, and changes nothing."""

import json
import os
import shutil

import pytest

from hdr_bench import load_results
from hdr_bench.archives import read_sealed
from hdr_bench.arrays import read_arrays
from hdr_bench.exceptions import UnknownNameError
from hdr_bench.experiments.forecast.estimate_record import read_expected
from hdr_bench.records.run_folder import check_run_folder

LONG = "n" * 300
NOT_UTF_8 = os.fsdecode(b"caf\xe9")
KNN = 'title = "T"\ndataset = "digits-8x8"\n[[case]]\nname = "k-NN"\nestimator = "knn"\n'


def _is_an_error_of_a_line(ended):
    assert ended.returncode == 2, ended
    assert ended.stderr.startswith("hdr-bench: ")
    assert "Traceback" not in ended.stderr
    assert "unexpected" not in ended.stderr


@pytest.mark.parametrize("name", [LONG, NOT_UTF_8, "nowhere", "file", "file/below", "loop", "", "a\nb"])
@pytest.mark.parametrize(
    "arguments",
    [
        ["report", ...],
        ["index", ...],
        ["compare", ..., "run"],
        ["compare", "run", ...],
        ["run", "./{}.toml"],
        ["show", "./{}.toml"],
        ["cite", "./{}.toml"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_names_of_runs_and_suites(command, run, monkeypatch, name, arguments):
    monkeypatch.chdir(run.parent)
    (run.parent / "file").write_text("text")
    for link in ("loop", "loop.toml"):
        (run.parent / link).symlink_to(link)
    before = sorted(run.parent.rglob("*"))
    _is_an_error_of_a_line(command(*(name if part is ... else part.replace("{}", name) for part in arguments)))
    assert sorted(run.parent.rglob("*")) == before


def test_a_suite_and_a_folder_whose_names_are_not_utf_8(command, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.toml").write_text(KNN)
    planned = command("run", "own.toml", "--dry-run", "--out", NOT_UTF_8, encoding="ascii")
    assert (planned.returncode, planned.stdout.splitlines()[-1]) == (0, "1 of 1 trials to run")
    missing = command("report", NOT_UTF_8, encoding="ascii")
    assert missing.returncode == 2
    assert missing.stderr.startswith("hdr-bench: caf\\xe9: there is no such folder; create a run with: hdr-bench run")


def _nested(depth):
    return "[" * depth + "]" * depth


def _with(**changes):
    def change(path):
        path.write_text(json.dumps({**json.loads(path.read_bytes()), **changes}))

    return change


def _text(text):
    return lambda path: path.write_text(text)


def _folder(path):
    path.unlink()
    path.mkdir()


def _loop(path):
    path.unlink()
    path.symlink_to(path.name)


def _pipe(path):
    path.unlink(missing_ok=True)
    os.mkfifo(path)


RECORDS = {
    "a folder": _folder,
    "a pipe": _pipe,
    "a loop": _loop,
    "empty": _text(""),
    "not JSON": _text("{"),
    "not UTF-8": lambda path: path.write_bytes(b"\xff\xfe"),
    "nested": _text(_nested(100_000)),
    "nested in a value": _text('{"suite": ' + _nested(90_000) + "}"),
    "a list": _text("[]"),
    "a number": _text("7"),
    "nothing in it": _text("{}"),
    "endless digits": _text('{"format_version": ' + "1" * 5000 + "}"),
    "a version in words": _with(format_version="four"),
    "a version of no number": _text('{"format_version": NaN}'),
    "no trials": _with(trials=[]),
    "trials of nothing": _with(trials=[None]),
    "trials in words": _with(trials="all"),
    "a key that leads out": _with(trials=[{"key": "../../outside", "case": "k-NN", "seed": 0}]),
    "a key with NUL": _with(trials=[{"key": "a\0b", "case": "k-NN", "seed": 0}]),
    "a key of 300 letters": _with(trials=[{"key": LONG, "case": "k-NN", "seed": 0}]),
    "settings of no number": _with(settings={"threads": float("nan")}),
    "an infinite limit": _with(settings={"time_limit": float("inf")}),
    "a limit of 400 digits": _with(settings={"time_limit": 10**400}),
    "a suite of nothing": _with(suite=None),
    "half a character": _with(origin="\ud800"),
}


@pytest.mark.parametrize("name", RECORDS)
def test_records_of_runs(command, run, name):
    RECORDS[name](run / "run.json")
    others = {path: path.read_bytes() for path in run.rglob("*") if path.is_file() and path.name != "run.json"}
    for arguments in (["report", run], ["compare", run, run]):
        ended = command(*arguments)
        _is_an_error_of_a_line(ended)
        assert "Input should" not in ended.stderr
    assert {path: path.read_bytes() for path in others} == others
    assert {path for path in run.rglob("*") if path.is_file()} - {run / "run.json", run / ".report-lock"} == set(others)


@pytest.mark.parametrize(
    "text", [_nested(100_000), "[" + '{"trial": 1, "format_version": "x"}' + "]", "[NaN]", "{", "7"]
)
def test_results_of_old_reports(command, tmp_path, text):
    (tmp_path / "results.json").write_text(text)
    _is_an_error_of_a_line(command("report", tmp_path))


def test_a_run_of_which_every_file_is_damaged_is_exit_code_3_and_says_it_once(command, run):
    one, other = sorted((run / "trials").iterdir())
    _folder(one)
    other.write_bytes(b"half")
    for arguments in (["report", run], ["compare", run, run]):
        ended = command(*arguments)
        assert ended.returncode == (3 if arguments[0] == "report" else 2)
        text = ended.stdout + ended.stderr
        assert f"trials/{one.name}: damaged: Is a directory; move it away and run the suite again" in text
        assert "damaged: trials" not in text
        assert "Traceback" not in text


def test_pipes_in_a_run_hang_no_command(command, run):
    for name in ("results.json", "report.md", "estimate.json"):
        _pipe(run / name)
    one, _ = sorted((run / "trials").iterdir())
    _pipe(one)
    ended = command("report", run)
    assert ended.returncode == 3
    assert f"trials/{one.name}: damaged: Not a regular file" in ended.stdout
    assert read_expected(run) == {}
    for name in ("summary.json", "report.html"):
        _pipe(run / name)
    _is_an_error_of_a_line(command("index", run.parent))
    _pipe(run.parent / "README.md")
    _is_an_error_of_a_line(command("index", run.parent))
    assert command("report", run).returncode == 3
    assert (run / "report.html").is_file()


def test_pipes_in_place_of_arrays_and_of_old_results_hang_no_command(command, tmp_path):
    for name in ("results.json", "x.npz", "x.zip"):
        _pipe(tmp_path / name)
    _is_an_error_of_a_line(command("report", tmp_path))
    with pytest.raises(ValueError, match="Not a regular file"):
        read_arrays(tmp_path / "x.npz")
    with pytest.raises(OSError, match="Not a regular file"):
        read_sealed(tmp_path / "x.zip")


@pytest.mark.parametrize("name", ["trials", "labels", "trials/k-nn.zip/", "labels/00.npz/", "images/00.npz/"])
def test_what_is_where_a_file_belongs_is_named_before_anything_runs(command, monkeypatch, tmp_path, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.toml").write_text(KNN)
    if name.endswith("/"):
        (tmp_path / "out" / name).mkdir(parents=True)
    else:
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / name).write_bytes(b"")
    ended = command("run", "own.toml", "--out", "out")
    _is_an_error_of_a_line(ended)
    assert f"out/{name.rstrip('/')}" in ended.stderr
    assert "away and run the suite again" in ended.stderr
    assert not (tmp_path / "out" / "run.json").exists()


@pytest.mark.parametrize(("target", "status"), [("itself", "missing"), ("a folder", "damaged")])
def test_links_where_a_result_belongs_stop_no_run(run, target, status):
    one, _ = sorted((run / "trials").iterdir())
    one.unlink()
    one.symlink_to(one.name if target == "itself" else run)
    # A run takes the folder, and replaces the link.
    check_run_folder(run)
    assert sorted(load_results(run)["status"]) == [status, "ok"]


@pytest.mark.parametrize("out", ["own.toml", "own.toml/below", "/dev/full/x", LONG, f"a/b/{LONG}", "loop"])
def test_a_folder_for_the_run_that_cannot_be_made_is_named_itself(command, monkeypatch, tmp_path, out):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.toml").write_text(KNN)
    (tmp_path / "loop").symlink_to("loop")
    for arguments in (["--dry-run"], []):
        ended = command("run", "own.toml", "--out", out, *arguments)
        _is_an_error_of_a_line(ended)
        assert ended.stderr.startswith("hdr-bench: --out ")
        assert out[:20] in ended.stderr
        assert "trials" not in ended.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"own.toml", "loop"}


@pytest.mark.parametrize("formats", ["", ",", " , "])
def test_no_format_removes_no_report(command, run, formats):
    (run / "report.md").write_text("as it was")
    ended = command("report", run, "--formats", formats)
    _is_an_error_of_a_line(ended)
    assert "Choose from: html, md, latex, csv" in ended.stderr
    assert (run / "report.md").read_text() == "as it was"


def test_of_two_results_the_damaged_one_is_said_once_with_one_remedy(command, run):
    one, _ = sorted((run / "trials").iterdir())
    one.write_bytes(b"half")
    ended = command("report", run)
    assert ended.returncode == 3
    said = (
        f"trials/{one.name}: damaged: not a zip archive, or its end is missing; run the suite again, which replaces it"
    )
    for text in (ended.stdout, (run / "report.html").read_text(), (run / "report.md").read_text()):
        assert said in text
        assert f"damaged: trials/{one.name}" not in text


def test_a_working_folder_that_is_gone(command, monkeypatch, tmp_path):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert command("--version").returncode == 0
    assert command("list", "suites").returncode == 0
    _is_an_error_of_a_line(command("report", "run"))
    try:
        ended = command("run", "quick", "--dry-run")
    finally:
        os.chdir(tmp_path)
    _is_an_error_of_a_line(ended)
    assert "the working folder no longer exists; change to another one" in ended.stderr


def test_an_index_replaces_only_what_it_wrote(command, run):
    assert command("report", run).returncode == 0
    index = run.parent / "README.md"
    for _ in range(2):
        assert command("index", run.parent).returncode == 0
    written = index.read_text()
    assert written.startswith("# Reports\n\nWritten by `hdr-bench index`")
    for own in ("# Reports\n\nMine.\n", "", "\ufeff" + written):
        index.write_text(own)
        ended = command("index", run.parent)
        _is_an_error_of_a_line(ended)
        assert "not written by hdr-bench index, so it is not replaced" in ended.stderr
        assert index.read_text() == own
    index.unlink()
    index.mkdir()
    _is_an_error_of_a_line(command("index", run.parent))


def test_runs_that_have_nothing_in_common_are_an_error(command, run):
    other = shutil.copytree(run, run.parent / "other")
    record = json.loads((other / "run.json").read_bytes())
    (other / "run.json").write_text(json.dumps({**record, "trials": record["trials"][1:]}))
    (run / "run.json").write_text(json.dumps({**record, "trials": record["trials"][:1]}))
    ended = command("compare", run, other)
    _is_an_error_of_a_line(ended)
    assert f"{run} has k-NN. {other} has Tree." in ended.stderr
    assert command("compare", run, run).returncode == 0


@pytest.mark.parametrize("name", ["quik", "folder", "/tmp"])
def test_a_folder_in_place_of_a_suite_is_called_one(command, monkeypatch, tmp_path, name):
    monkeypatch.chdir(tmp_path)
    for made in ("quik", "folder"):
        (tmp_path / made).mkdir()
    for arguments in (["run", name], ["show", name], ["cite", name]):
        ended = command(*arguments)
        _is_an_error_of_a_line(ended)
        assert ended.stderr.startswith(
            f"hdr-bench: {name} is a folder; give the path of a TOML file, e.g. {name}/suite.toml, or a suite's name."
        )
        assert ("Did you mean 'quick'?" in ended.stderr) == (name == "quik")


def test_what_is_neither_suite_nor_file_nor_network_is_called_so(command, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for name in ("quik", "m.Ok", "8X3", "a\0b"):
        ended = command("show", name)
        _is_an_error_of_a_line(ended)
        assert "is neither a suite, a file, nor a network." in ended.stderr
    assert "Did you mean 'quick'?" in command("show", "quik").stderr
    assert command("show", "8C3-MX").stderr.startswith("hdr-bench: token 2 of '8C3-MX', 'MX', cannot be read")
    assert "/dev/null is not a regular file" in command("show", "/dev/null").stderr
    (tmp_path / "own").write_text(KNN)
    assert command("show", "own").stdout.startswith("own: T")


def test_of_many_names_the_nearest_are_offered():
    few = str(UnknownNameError("dataset", "nope", ["nape", "mnist"], "hdr-bench data list"))
    assert few.endswith("Choose from: nape, mnist")
    many = str(UnknownNameError("dataset", "set-7x", [f"set-{number}" for number in range(60)], "hdr-bench data list"))
    assert "Did you mean 'set-7'? The nearest of 60: set-7, " in many
    assert many.endswith(". All of them: hdr-bench data list")
    assert len(many) < 200
