"""What the command says of words that do not fit, before anything runs."""

import pytest

from tests.helpers.command import call_command

CASE = '[[case]]\nname = "k-NN"\nestimator = "knn"\n'
HEAD = 'title = "T"\ndataset = "digits-8x8"\n'


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """The working folder, with a suite."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.toml").write_text(HEAD + CASE)
    return tmp_path


def _refused(*arguments):
    ended = call_command(*arguments)
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr
    return " ".join(ended.stderr.replace("│", " ").split())


def test_an_estimate_and_a_dry_run_are_not_asked_for_together(folder):
    assert "--dry-run runs nothing; give one of them" in _refused("run", "own.toml", "--estimate", "--dry-run")
    assert [path.name for path in folder.iterdir()] == ["own.toml"]


def test_a_runs_folder_is_no_suite_and_its_report_is_what_is_offered(folder):
    run = folder / "reports" / "own"
    run.mkdir(parents=True)
    (run / "run.json").write_text("{}")
    said = _refused("run", "reports/own")
    assert "reports/own is the folder of a run, not a suite" in said
    assert "hdr-bench report reports/own" in said
    assert "suite.toml" not in said
    assert "reports is a folder; give the path of a TOML file" in _refused("run", "reports")


@pytest.mark.parametrize("name", ["none.toml", "none.TOML", "none.Toml"])
def test_a_suites_file_that_is_not_there(name):
    assert _refused("run", name) == f"hdr-bench: {name}: there is no such file"


@pytest.mark.parametrize("name", ["ownn.toml", "own.tmol"])
def test_a_suites_file_of_nearly_the_name_is_offered(name):
    assert "Did you mean 'own.toml'?" in _refused("run", name)


def test_a_folder_of_reports_that_is_not_there(folder):
    assert "nope: there is no such folder; name one that holds reports" in _refused("index", "nope")
    assert "there is no report here" in _refused("index", ".")


@pytest.mark.parametrize("case", ["", 'case = "knn"\n', 'case = ["knn"]\n', "case = {}\n"])
def test_how_a_case_is_written(folder, case):
    (folder / "own.toml").write_text(HEAD + case)
    assert "write [[case]], with two brackets, for each" in _refused("run", "own.toml")


def test_a_learning_curve_of_more_images_than_there_are(folder):
    (folder / "own.toml").write_text(f'{HEAD}protocol = {{ kind = "learning-curve", sizes = [10, 99999] }}\n{CASE}')
    said = _refused("run", "own.toml", "--dry-run")
    assert "suite 'own', case 'k-NN', protocol, sizes: cannot take 99999 training images of digits-8x8" in said


def test_more_threads_than_cores_are_warned_of():
    ended = call_command("run", "own.toml", "--dry-run", "--threads", "999")
    assert ended.returncode == 0
    assert ended.stderr.startswith("warning: --threads 999 on ")
    assert "warning" not in call_command("run", "own.toml", "--dry-run", "--threads", "1").stderr


def test_the_help_has_every_exit_code():
    assert "141 output pipe closed" in " ".join(call_command("--help").stdout.replace("│", " ").split())
