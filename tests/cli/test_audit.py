from tests.helpers.command import call_command


def test_audit_writes_a_folder_below_its_index_and_says_what_it_found(tmp_path):
    (tmp_path / "reports").mkdir()
    words = ("audit", "digits-8x8", "--methods", "linear", "--folds", "2", "--samples", "300", "--threads", "1")
    said = call_command(*words, "--quiet", cwd=tmp_path)
    assert (said.returncode, said.stderr) == (0, "")
    index, found, report = said.stdout.splitlines()
    assert index == "index: reports/label-audit/report.md"
    assert found.startswith("Of 300 training images, an estimated ")
    assert " (confident learning; 95 % interval over the choice of images: " in found
    assert report == "report: reports/label-audit/digits-8x8/report.html"
    folder = tmp_path / "reports" / "label-audit" / "digits-8x8"
    assert "--samples 300" in (folder / "report.md").read_text()
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    regenerated = call_command("report", str(folder), cwd=tmp_path)
    assert (regenerated.returncode, regenerated.stderr) == (0, "")
    assert regenerated.stdout.splitlines() == [found, f"report: {folder}/report.html"]
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before
    assert not (folder / "tables").exists()
    refused = call_command("report", str(folder), "--formats", "latex", cwd=tmp_path)
    assert refused.returncode == 2
    assert "'latex'; leave the option out" in refused.stderr
    (folder.parent / "report.md").unlink()
    indexed = call_command("index", cwd=tmp_path)
    assert indexed.stdout.splitlines()[0] == index
    assert (folder.parent / "report.md").exists()


def test_audit_takes_the_options_of_a_run_that_suit_it():
    said = call_command("audit", "--help")
    for option in ("--jobs", "--backend", "--scheduler", "--time-limit", "--memory-limit", "--rerun", "--seed"):
        assert option in said.stdout
    for option in ("--dataset", "--repeats", "--full", "--only"):
        assert option not in said.stdout


def test_audit_refuses_what_it_does_not_know():
    said = call_command("audit", "digits-8x8", "--methods", "svn")
    assert said.returncode == 2
    assert "unknown method 'svn'. Did you mean 'svm'?" in said.stderr
    said = call_command("audit", "digits-8x8", "--jobs", "0")
    assert said.returncode == 2
    assert "'--jobs'" in said.stderr
