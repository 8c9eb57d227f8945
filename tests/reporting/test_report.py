import html.parser
import os
import re
import shutil
import subprocess
import sys

import pandas as pd
import pytest
from PIL import Image

from hdr_bench import load_results, write_report
from hdr_bench.exceptions import StoreError, UnknownNameError
from hdr_bench.reporting.report import finding


def _files(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "trials" not in path.parts and path.name not in {"run.json", ".lock"}
    }


def test_the_files_of_a_report(run):
    assert write_report(run) == run / "report.html"
    assert set(_files(run)) == {
        "report.html", "report.md", "results.json",
        *(f"tables/{name}.{ending}" for name in ("accuracy", "time", "memory") for ending in ("csv", "tex")),
        *(f"figures/{name}.{ending}" for name in ("accuracy", "accuracy-fit-time", "confusion-1-k-nn-b-bold-b",
          "confusion-2-tree-50", "confusion-3-least-squares") for ending in ("png", "svg")),
    }  # fmt: skip


def test_the_same_results_give_the_same_bytes_whenever_and_wherever(run, tmp_path):
    write_report(run)
    here = _files(run)
    elsewhere = shutil.copytree(run, tmp_path / "another place" / "copy")
    for name in here:
        (elsewhere / name).unlink()
    environment = {
        **os.environ, "TZ": "Asia/Tokyo", "PYTHONHASHSEED": "123", "SOURCE_DATE_EPOCH": "1", "LC_ALL": "C",
    }  # fmt: skip
    (tmp_path / "matplotlibrc").write_text("axes.facecolor: red\nfont.size: 30\n")
    subprocess.run(
        [sys.executable, "-m", "hdr_bench", "report", str(elsewhere)],
        env=environment, cwd=tmp_path, check=True, capture_output=True,
    )  # fmt: skip
    there = _files(elsewhere)
    assert set(there) == set(here)
    assert [name for name in here if here[name] != there[name]] == []


class _Links(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.addresses, self.open, self.text = [], [], ""

    def handle_starttag(self, tag, attributes):
        self.addresses += [value for name, value in attributes if name in {"src", "href"}]
        if tag not in {"meta", "img", "br", "link"}:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def test_the_page_is_whole_and_loads_nothing(run):
    page = _Links()
    page.feed(write_report(run).read_text())
    assert page.open == []
    assert page.addresses
    assert all(address.startswith("data:image/svg+xml;base64,") for address in page.addresses)
    assert "k-NN | <b>bold</b>" in page.text
    assert "A claim with <markup> and 5 % of it." in page.text


@pytest.mark.parametrize("name", ["report.html", "report.md"])
def test_the_report_says_what_went_wrong_and_where_numbers_come_from(run, name):
    write_report(run)
    text = (run / name).read_text()
    results = load_results(run)
    assert "InvalidParameterError" in text
    assert "is right most often" in text
    assert results["fingerprint"][0] in text
    assert "the mean over the seeds 0, 1" in text
    for words in ("scikit-learn", "Python", "cores", results["finished"].max()):
        assert words in text
    assert not re.search(r"/tmp/|/home/|/root/", text)


def test_the_command_is_the_one_that_makes_it_again(tmp_path):
    path = tmp_path / "my suite.toml"
    path.write_text('title = "T"\ndataset = "digits-8x8"\n[[case]]\nname = "k [/b] NN"\nestimator = "knn"\n')
    command = [sys.executable, "-m", "hdr_bench", "run", "my suite.toml", "--samples", "100", "--threads", "1"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "k [/b] NN" in ran.stdout
    text = (tmp_path / "reports" / "my suite" / "report.md").read_text()
    assert "`hdr-bench run 'my suite.toml' --samples 100 --threads 1`" in text
    assert "a stratified share of the data with the SHA-256" in text


def test_several_data_sets_are_not_ranked():
    assert "do not compare" in finding(pd.DataFrame(), ["digits-8x8", "mnist-5k"])


def test_formats_are_chosen_and_unknown_ones_refused(run):
    assert write_report(run, ["md"]) == run / "report.md"
    assert not (run / "report.html").exists()
    assert not (run / "tables").exists()
    with pytest.raises(UnknownNameError, match="unknown report format 'pdf'"):
        write_report(run, ["pdf"])


def test_figures_of_an_earlier_report_go(run):
    write_report(run)
    (run / "figures" / "confusion-gone.png").write_bytes(b"old")
    write_report(run)
    assert not (run / "figures" / "confusion-gone.png").exists()


def test_figures_are_readable_pictures(run):
    write_report(run)
    for path in (run / "figures").glob("*.png"):
        with Image.open(path) as picture:
            assert min(picture.size) > 200


def test_missing_and_damaged_results_are_named_and_the_rest_reported(run):
    keys = load_results(run)["key"]
    (run / "trials" / f"{keys[0]}.npz").unlink()
    (run / "trials" / f"{keys[3]}.npz").write_bytes(b"half")
    text = write_report(run, ["md"]).read_text()
    assert "missing: not yet run" in text
    assert "damaged: cut off; it will be run again" in text
    assert str(run) not in text
    assert "Tree_50%" in text


def test_a_run_in_which_nothing_went_well_has_nothing_to_report(run, tmp_path):
    for path in (run / "trials").iterdir():
        path.unlink()
    with pytest.raises(StoreError, match="no trial of this run went well.*missing: not yet run"):
        write_report(run)
    with pytest.raises(StoreError, match="no run here"):
        write_report(tmp_path / "nowhere")
