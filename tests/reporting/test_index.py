import json
import shutil

import pytest

from hdr_bench.exceptions import StoreError
from hdr_bench.reporting.contents import RunContents
from hdr_bench.reporting.index import write_index
from hdr_bench.reporting.published import reproductions
from hdr_bench.reporting.run_summary import summary_of


@pytest.fixture
def reports(reported, reported_various, tmp_path):
    for name, folder in (("own", reported), ("various", reported_various)):
        (tmp_path / name).mkdir()
        # Only what is committed: an index needs no store.
        for file in ("summary.json", "report.md"):
            shutil.copy(folder / file, tmp_path / name / file)
    return tmp_path


def _row(text, name):
    (line,) = [line for line in text.splitlines() if line.startswith(f"| [{name}]")]
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_a_row_a_report_those_after_a_source_first(reports, reported_various):
    text = write_index(reports).read_text()
    assert text.index("[various](various/report.md)") < text.index("[own](own/report.md)")
    row = _row(text, "various")
    assert row[1] == "Doe, J. Digits, volume 1"
    assert int(row[-3]) == len(RunContents(reported_various).results)
    assert _row(text.replace("\\|", "/"), "own")[-3] == "4 of 5"
    assert "None of them has published figures." in text


def test_verdicts_are_counted_and_summed_up(reports):
    for name in ("own", "various"):
        path = reports / name / "summary.json"
        path.write_text(json.dumps({**json.loads(path.read_bytes()), "verdicts": {"reproduced": 3, "worse": 1}}))
    text = write_index(reports).read_text()
    assert "Of 8 published figures in all: 6 reproduced, 2 worse." in text
    assert _row(text, "various")[3:6] == ["3", "", "1"]


def test_a_summary_holds_what_the_run_holds(various, publishing):
    published = [{"metric": "parameters", "value": 2410}, {"metric": "parameters", "value": 9}]
    contents = publishing(various, MLP=published)
    summary = summary_of(contents, reproductions(contents))
    assert summary.verdicts == {"equal": 1, "not equal": 1}
    best = contents.summary.sort_values("accuracy", ascending=False, kind="stable").iloc[0]
    assert (summary.best, float(summary.accuracy)) == (best["case"], round(100 * best["accuracy"], 1))
    assert summary.seconds == pytest.approx(contents.results["seconds"].sum(), abs=0.1)
    assert (summary.n_trials, summary.n_bad, summary.is_reduced) == (len(contents.results), 0, False)


def test_folders_without_a_summary_are_named_and_no_report_is_an_error(reports, tmp_path_factory):
    (reports / "speed").mkdir()
    (reports / "speed" / "report.md").write_text("# Speed\n")
    assert "- [speed](speed/report.md)" in write_index(reports).read_text()
    empty = tmp_path_factory.mktemp("empty")
    with pytest.raises(StoreError, match="there is no report here"):
        write_index(empty)
    assert not list(empty.iterdir())


def test_a_damaged_summary_is_named_and_the_old_index_stays(reports):
    before = write_index(reports).read_text()
    (reports / "own" / "summary.json").write_text('{"suite": "own"')
    with pytest.raises(StoreError, match=r"own/summary.json: not a report's summary; write the report anew"):
        write_index(reports)
    assert (reports / "README.md").read_text() == before
