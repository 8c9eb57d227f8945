import html.parser
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from hdr_bench import Case, Suite, load_predictions, load_results, run_suite, write_report
from hdr_bench.datasets import Part, make_dataset
from hdr_bench.exceptions import StoreError, UnknownNameError
from hdr_bench.experiments.measuring.scoring import score
from hdr_bench.records.predictions import Predictions
from hdr_bench.records.store import Store
from hdr_bench.reporting.drawing.figure import Figure, PlannedFigure
from hdr_bench.reporting.page.addresses import row_id, slug
from hdr_bench.reporting.page.report_data import ReportData
from hdr_bench.reporting.page.sections import plan_figures
from hdr_bench.reporting.run import RunContents
from tests.helpers.command import call_command

COMMITTED = ("trials", "labels", "gallery")
NOT_THE_REPORTS = {"trials", "labels", "images", "scores", "source", "run.json", ".lock", ".report-lock", ".suite-file"}


def _files(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not NOT_THE_REPORTS & set(path.relative_to(folder).parts)
    }


def test_the_files_of_a_report(reported):
    tables = ("main", "claims", "checks", "accuracy", "time", "memory", "scores", "classes", "pairs")
    assert set(_files(reported)) == {
        "report.html",
        "report.md",
        "results.json",
        "summary.json",
        "report-files.txt",
        *(f"tables/{name}.{ending}" for name in tables for ending in ("csv", "tex")),
        *(f"figures/{name}.png" for name in ("accuracy", "accuracy-fit-time")),
        f"gallery/{load_results(reported)['fingerprint'][0][:16]}.npz",
    }


def test_figures_are_drawn_as_what_shows_them_and_as_what_is_asked_for(finished_run):
    data = ReportData.from_run(finished_run)
    names = {slug(case): number for number, case in enumerate(dict.fromkeys(data.contents.results["case"]), start=1)}
    good = [name for name in names if name != "bad"]
    on_page = {
        "accuracy",
        "accuracy-fit-time",
        "accuracy-predict-time",
        "accuracy-memory",
        "accuracy-size",
        "rejection",
        "times",
        "disagreement",
        *(f"curves-{names[name]}-{name}" for name in good),
    }
    # The page shows the same as tables and as small images.
    pictures = {
        "confusion",
        "gallery-all-wrong",
        *(f"{kind}-{names[name]}-{name}" for name in good for kind in ("confusion", "gallery")),
    }
    in_text = {"accuracy", "accuracy-fit-time"}

    def drawn(kind, *formats):
        return {figure.name for figure in plan_figures(data, formats) if getattr(figure, f"has_{kind}")}

    assert drawn("svg", "html", "md", "csv") == on_page
    assert drawn("png", "html", "md", "csv") == in_text
    assert (drawn("png", "html"), drawn("svg", "md"), drawn("pdf", "html", "md")) == (set(), set(), set())
    assert (drawn("png", "png"), drawn("pdf", "pdf"), drawn("svg", "svg")) == (
        on_page | pictures,
        on_page | pictures,
        on_page,
    )


@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
def test_figures_are_files_only_if_they_are_asked_for(run, monkeypatch, kind):
    def drawn(planned):
        return [Figure(each.name, each.title, "", each.case, b"svg", b"png", pdf=b"pdf") for each in planned]

    chosen = [PlannedFigure("one", "One", "", (), (1, 1)), PlannedFigure("two", "Two", "", (), (1, 1))]
    monkeypatch.setattr("hdr_bench.reporting.report.plan_figures", lambda *_: chosen)
    monkeypatch.setattr(
        "hdr_bench.reporting.report.draw",
        lambda planned: [replace(each, **dict.fromkeys({"png", "pdf"} - {kind}, b"")) for each in drawn(planned)],
    )
    write_report(run, ["md", kind])
    assert sorted(path.name for path in (run / "figures").iterdir()) == [f"one.{kind}", f"two.{kind}"]


def test_what_is_committed_gives_the_same_bytes_whenever_and_wherever(reported, tmp_path):
    here = _files(reported)
    elsewhere = tmp_path / "another place" / "copy"
    for name in COMMITTED:
        shutil.copytree(reported / name, elsewhere / name)
    shutil.copy2(reported / "run.json", elsewhere)
    environment = {
        **os.environ,
        "TZ": "Asia/Tokyo",
        "PYTHONHASHSEED": "123",
        "SOURCE_DATE_EPOCH": "1",
        "LC_ALL": "C",
    }
    (tmp_path / "matplotlibrc").write_text("axes.facecolor: red\nfont.size: 30\n")
    command = [sys.executable, "-m", "hdr_bench", "report", str(elsewhere)]
    ran = subprocess.run(command, env=environment, cwd=tmp_path, check=False, capture_output=True, text=True)
    # One of the methods failed.
    assert ran.returncode == 3, ran.stderr
    there = _files(elsewhere)
    assert set(there) == set(here)
    assert [name for name in here if here[name] != there[name]] == []
    assert {path.name for path in elsewhere.iterdir()}.isdisjoint({"images", "scores"})


class _Links(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.addresses, self.ids, self.open, self.text = [], [], [], ""

    def handle_starttag(self, tag, attributes):
        self.addresses += [value for name, value in attributes if name in {"src", "href"}]
        self.ids += [value for name, value in attributes if name == "id"]
        # The end of a cell may be left out, as of what has no content.
        if tag not in {"meta", "img", "br", "link", "input", "td", "tr"}:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in {"td", "tr"}:
            assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


@pytest.mark.parametrize("folder", ["reported", "reported_various"])
def test_the_page_is_whole_and_loads_nothing(folder, request):
    page = _Links()
    page.feed((request.getfixturevalue(folder) / "report.html").read_text())
    assert page.open == []
    inner = [address for address in page.addresses if address.startswith("#")]
    assert all(address.startswith("data:") for address in page.addresses if not address.startswith("#"))
    assert len(page.ids) == len(set(page.ids))
    assert inner
    assert {address[1:] for address in inner} <= set(page.ids)


def test_rows_of_long_names_without_results_have_addresses_of_their_own(run):
    record = json.loads((run / "run.json").read_bytes())
    long = "a name that is much longer than what an address takes of it, "
    record["trials"] += [
        {**record["trials"][0], "key": f"gone-{end}", "limited_key": "", "case": long + end} for end in "ab"
    ]
    (run / "run.json").write_text(json.dumps(record))
    contents = RunContents(run)
    addresses = {row_id(contents, label) for label in set(contents.results["label"])}
    assert len(addresses) == 6


def test_markup_in_names_and_claims_is_text(reported):
    page = _Links()
    page.feed((reported / "report.html").read_text())
    assert "k-NN | <b>bold</b>" in page.text
    assert "A note with <markup> and 5\N{NO-BREAK SPACE}% of it." in page.text
    assert "A claim with <markup> and 5 % of it, but" in page.text
    text = (reported / "report.md").read_text()
    assert "<b>" not in text
    assert "<markup>" not in text


def test_every_row_has_an_address_that_its_results_decide(run, reported):
    contents, again = RunContents(run), RunContents(reported)
    addresses = {label: row_id(contents, label) for label in dict.fromkeys(contents.results["label"])}
    assert all(address.startswith(f"own-{slug(label)}-") for label, address in addresses.items())
    assert addresses == {label: row_id(again, label) for label in addresses}
    for name in ("report.html", "report.md"):
        text = (reported / name).read_text()
        assert all(address in text for address in addresses.values())
        assert (
            "hold-out; seeds 0, 1; trained on 1,437, tested on 360 images of digits-8x8; scikit-learn, 1 thread" in text
        )
    (key,) = contents.results.query("label == 'Least squares'")["key"]
    result = contents.store.read(key)
    contents.store.write(result.model_copy(update={"seconds": 1.0}), contents.store.read_predictions(key))
    changed = RunContents(run)
    assert [label for label in addresses if row_id(changed, label) != addresses[label]] == ["Least squares"]


@pytest.mark.parametrize("name", ["report.html", "report.md"])
def test_the_report_says_what_went_wrong_and_where_numbers_come_from(reported, name):
    text = (reported / name).read_text()
    results = load_results(reported)
    assert "shrinkage not supported" in text
    assert " has the highest accuracy, " in text or " is the most accurate, with an accuracy of " in text
    assert "Not compared: Bad (failed)." in text
    assert results["fingerprint"][0] in text
    assert "the mean over the seeds 0, 1" in text
    for words in ("scikit-learn", "Python", "cores", results["finished"].max(), "@misc{hdr-bench", "Leo Breiman"):
        assert words in text
    assert not re.search(r"/tmp/|/home/|/root/", text)


@pytest.mark.parametrize("name", ["report.html", "report.md"])
def test_the_report_has_every_part_of_what_was_run(reported_various, name):
    text = (reported_various / name).read_text()
    for words in (
        "deskew → knn",
        "layers",
        "cross-validation with 4 folds",
        "grid search inside the training part",
        "2,080",
        "Jane Doe",
        "After Doe, J.: Digits, volume 1",
        "Evaluated on other images",
    ):
        assert words in text


def test_the_command_is_the_one_that_makes_it_again(tmp_path):
    path = tmp_path / "my suite.toml"
    path.write_text('title = "T"\ndataset = "digits-8x8"\n[[case]]\nname = "k [/b] NN"\nestimator = "knn"\n')
    ran = call_command("run", "my suite.toml", "--samples", "100", "--threads", "1", cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert "k [/b] NN has an accuracy of" in ran.stdout
    text = (tmp_path / "reports" / "my suite" / "report.md").read_text()
    assert "`hdr-bench run 'my suite.toml' --samples 100 --threads 1`" in text
    assert "a stratified share of the data with the SHA-256" in text
    # A single method is ranked with nothing.
    assert "is the most accurate" not in text
    assert "## Pairs" not in text
    assert not (tmp_path / "reports" / "my suite" / "figures" / "disagreement.png").exists()


@pytest.mark.usefixtures("undrawn")
def test_formats_are_chosen_and_unknown_ones_refused(run):
    with pytest.raises(UnknownNameError, match="unknown report format 'docx'"):
        write_report(run, ["docx"])
    assert not (run / "figures").exists()
    # What an earlier report had and this one has not goes.
    stale = [run / "figures" / "confusion-gone.png", run / "tables" / "accuracy.tex"]
    for path in stale:
        path.parent.mkdir()
        path.write_bytes(b"old")
    (run / "report-files.txt").write_text("".join(f"{path.relative_to(run)}\n" for path in stale))
    assert write_report(run, ["md"]) == run / "report.md"
    assert not (run / "report.html").exists()
    assert not any(path.exists() for path in stale)


def test_figures_are_readable_pictures(reported, reported_various):
    for folder in (reported, reported_various):
        for path in (folder / "figures").glob("*.png"):
            with Image.open(path) as picture:
                assert min(picture.size) > 150, path.name


@pytest.mark.usefixtures("undrawn")
def test_missing_and_damaged_results_are_named_and_the_rest_reported(run):
    keys = load_results(run)["key"]
    (run / "trials" / f"{keys[0]}.zip").unlink()
    (run / "trials" / f"{keys[3]}.zip").write_bytes(b"half")
    # A result without its predictions is damaged.
    store = Store(run)
    store.write(store.read(keys[1]), None)
    (image,) = (run / "images").iterdir()
    image.write_bytes(b"half an archive")
    text = write_report(run, ["md"]).read_text()
    assert f"trials/{keys[1]}.zip: damaged: the predictions are missing".replace("_", "\\_") in text
    assert "missing: not yet run" in text
    assert f"trials/{keys[3]}.zip: damaged: not a zip archive, or its end is missing" in text
    assert f"images/{image.name}: damaged" in text
    assert str(run) not in text
    assert "Tree\\_50%" in text
    assert not [figure for figure in plan_figures(ReportData.from_run(run)) if figure.name.startswith("gallery-")]


def test_probabilities_that_are_not_those_of_the_predictions_have_no_curves(run):
    store = Store(run)
    for key in load_results(run).query("case == 'Tree_50%'")["key"]:
        found = load_predictions(run, key)
        other = Predictions(found.y_true, found.y_pred, probabilities=found.probabilities[:, ::-1].copy())
        store.write(store.read(key).model_copy(update={"scores": score(other, 10)}), other)
    planned = {figure.name: figure for figure in plan_figures(ReportData.from_run(run))}
    assert "curves-2-tree-50" not in planned
    assert len(planned["curves-1-k-nn-b-bold-b"].displays) == 3


@pytest.mark.usefixtures("undrawn")
def test_without_the_test_images_there_are_no_galleries_and_the_report_says_so(run):
    shutil.rmtree(run / "images")
    text = write_report(run, ["md"]).read_text()
    assert "The test images are not stored with this run, so it has no galleries" in text
    assert not [figure for figure in plan_figures(ReportData.from_run(run)) if figure.name.startswith("gallery-")]


def test_a_run_in_which_nothing_went_well_has_nothing_to_report(run, tmp_path):
    for path in (run / "trials").iterdir():
        path.unlink()
    with pytest.raises(StoreError, match="every trial of this run is missing or damaged.*missing: not yet run"):
        write_report(run)
    with pytest.raises(StoreError, match="there is no such folder"):
        write_report(tmp_path / "nowhere")


@pytest.fixture(scope="session")
def many_classes(once):
    """A run on 47 classes with names of several letters, with a trial that ran out of time."""
    return once("many-classes", _report_many_classes)


def _report_many_classes(folder):
    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(47), 8)
    images = rng.integers(0, 40, (376, 6, 6)).astype(np.uint8)
    images.reshape(376, 36)[np.arange(376), labels % 36] += 150
    images[labels >= 36, 0, 0] += 60
    parts = [Part(images[start::2], labels[start::2]) for start in (0, 1)]
    names = [f"{chr(97 + number // 26)}{chr(97 + number % 26)} & <i>" for number in range(47)]
    cases = [
        Case(name="k-NN", estimator="knn"),
        Case(name="Centroid", estimator="sklearn.naive_bayes.GaussianNB"),
        Case(name="Slow", estimator="mlp", params={"max_epochs": 100_000}, time_limit=0.001),
    ]
    suite = Suite(name="many", title="Many classes", dataset=make_dataset("47", *parts, names), cases=cases)
    run_suite(suite, out=folder, threads=1)
    write_report(folder)


def test_a_data_set_of_47_classes_and_a_trial_out_of_time(many_classes):
    page = _Links()
    page.feed((many_classes / "report.html").read_text())
    assert page.open == []
    assert "ab & <i>" in page.text
    assert "timeout" in page.text
    assert "Slow" in page.text
    results = json.loads((many_classes / "results.json").read_text())
    assert [result["status"] for result in results] == ["ok", "ok", "timeout"]
    assert page.text.count("ab & <i>") > 4
