import json
import os
import re
import shutil
from pathlib import Path
from urllib.parse import unquote_to_bytes

import pytest

from hdr_bench.exceptions import StoreError
from hdr_bench.reporting.comparisons.pairs import compare_methods
from hdr_bench.reporting.comparisons.reproductions import VERDICT_RULE, reproductions
from hdr_bench.reporting.page.index import write_index
from hdr_bench.reporting.page.making import MADE, Making
from hdr_bench.reporting.page.summary import summary_of
from hdr_bench.reporting.run import RunContents


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


def _change(folder, without=(), **changes):
    path = folder / "summary.json"
    content = json.loads(path.read_bytes()) | changes
    path.write_text(json.dumps({name: value for name, value in content.items() if name not in without}))


def test_verdicts_are_counted_and_summed_up(reports):
    for name in ("own", "various"):
        _change(reports / name, verdicts={"reproduced": 3, "worse": 1, "inconclusive": 2})
    text = write_index(reports).read_text()
    assert "Of 12 published figures in all: 6 reproduced, 2 worse, 4 inconclusive." in text
    assert _row(text, "various")[3:7] == ["3", "", "1", "2"]
    assert "†" not in text


def test_summaries_of_an_earlier_version_are_read_and_said_to_be_by_the_old_rule(reports):
    _change(reports / "various", verdicts={"reproduced": 3, "worse": 1})
    later = ("verdict_rule", "clock_seconds", "trial_seconds")
    _change(reports / "own", later, verdicts={"reproduced": 5, "equal": 2}, seconds=120.0)
    text = write_index(reports).read_text()
    assert "Of 4 published figures in all: 3 reproduced, 1 worse." in text
    assert "By the old rule, in own: of 7 published figures 5 reproduced, 2 equal." in text
    assert "[own](own/report.md) †" in text
    assert "[various](various/report.md) |" in text.replace("  ", "")
    assert _row(text.replace("\\|", "/").replace(" †", ""), "own")[-2] == "2 min"
    assert "†: verdicts by the old rule" in text


def test_the_committed_summaries_are_read(tmp_path):
    committed = Path(__file__).parents[3] / "reports"
    names = [path.parent.name for path in committed.glob("*/summary.json")]
    for name in names:
        (tmp_path / name).mkdir()
        shutil.copy(committed / name / "summary.json", tmp_path / name)
    text = write_index(tmp_path).read_text()
    assert len(names) >= 10
    assert all(f"[{name}]" in text for name in names)


def test_a_summary_holds_what_the_run_holds(various, publishing):
    published = [{"metric": "parameters", "value": 2410}, {"metric": "parameters", "value": 9}]
    contents = publishing(various, MLP=published)
    summary = summary_of(contents, compare_methods(contents), reproductions(contents))
    assert summary.verdicts == {"equal": 1, "not equal": 1}
    assert summary.verdict_rule == VERDICT_RULE
    best = contents.summary.sort_values("accuracy", ascending=False, kind="stable").iloc[0]
    assert (summary.best, float(summary.accuracy)) == (best["case"], round(100 * best["accuracy"], 1))
    assert summary.trial_seconds == pytest.approx(contents.results["seconds"].sum(), abs=0.1)
    assert 0 < summary.clock_seconds <= summary.trial_seconds + 0.1
    assert (summary.n_trials, summary.n_bad, summary.is_reduced) == (len(contents.results), 0, False)


def test_figures_that_were_not_reached_are_listed_with_the_reason(reported_various, various, publishing, tmp_path):
    given = [
        {"metric": "parameters", "value": 2410},
        {"metric": "parameters", "value": 2400, "remark": "the source counts | no biases"},
        {"metric": "test_accuracy", "value": "1.0", "n_images": 100000},
    ]
    contents = publishing(various, MLP=given)
    summary = summary_of(contents, compare_methods(contents), reproductions(contents))
    assert [(each.method, each.verdict) for each in summary.departures] == [("MLP", "not equal"), ("MLP", "worse")]
    assert (summary.departures[0].published, summary.departures[0].measured) == ("2,400", "2,410")
    assert "the reason is not known" in summary.departures[1].reason
    folder = tmp_path / "index" / "various"
    folder.mkdir(parents=True)
    for file in ("summary.json", "report.md"):
        shutil.copy(reported_various / file, folder)
    assert "Figures that were not reached" not in write_index(folder.parent).read_text()
    _change(folder, departures=[each.model_dump() for each in summary.departures])
    text = write_index(folder.parent).read_text()
    assert "Figures that were not reached" in text
    (row,) = [line for line in text.splitlines() if "no biases" in line]
    assert [cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]] == [
        "[various](various/report.md)",
        "MLP",
        "Parameters",
        "2,400",
        "2,410",
        "not equal",
        "the source counts \\| no biases",
    ]


def test_folders_without_a_summary_are_named_and_no_report_is_an_error(reports, tmp_path_factory):
    (reports / "speed").mkdir()
    (reports / "speed" / "report.md").write_text("# Speed\n")
    assert "- [speed](speed/report.md)" in write_index(reports).read_text()
    empty = tmp_path_factory.mktemp("empty")
    with pytest.raises(StoreError, match="there is no report here"):
        write_index(empty)
    assert not list(empty.iterdir())


def test_what_no_suite_has_says_what_made_it_and_how_long_it_took(reports):
    (reports / "speed").mkdir()
    (reports / "speed" / "report.md").write_text("# Speed\n")
    making = Making(
        command="make speed",
        budget=3600,
        code="0123456789ab",
        machine="A, 2 cores",
        parts={"svm": 600.0, "report": 60.0},
        finished="2026-01-01T00:00:00+00:00",
    )
    (reports / "speed" / MADE).write_text(making.model_dump_json())
    assert "- [speed](speed/report.md): `make speed`, 11 min (1 h)" in write_index(reports).read_text()
    before = (reports / "README.md").read_text()
    (reports / "speed" / MADE).write_text("{}")
    with pytest.raises(StoreError, match=r"speed/made.json: does not say how the report was made"):
        write_index(reports)
    assert (reports / "README.md").read_text() == before


def test_the_index_says_by_which_code_the_reports_were_computed(reports):
    for name in ("own", "various"):
        _change(reports / name, code=["0123456789ab"])
    assert "All were computed by the same code, `0123456789ab`" in write_index(reports).read_text()
    _change(reports / "own", ("code",))
    text = write_index(reports).read_text()
    assert "`0123456789ab` in various; unknown in own." in text


def test_a_damaged_summary_is_named_and_the_old_index_stays(reports):
    before = write_index(reports).read_text()
    (reports / "own" / "summary.json").write_text('{"suite": "own"')
    with pytest.raises(StoreError, match=r"own/summary.json: not a report's summary; write the report again"):
        write_index(reports)
    assert (reports / "README.md").read_text() == before


@pytest.mark.parametrize("change", [lambda text: text.replace("\n", "\r\n"), lambda text: text + "A line more.\n"])
def test_an_index_is_ours_whatever_its_ends_of_lines(reports, change):
    written = write_index(reports).read_text()
    (reports / "README.md").write_bytes(change(written).encode())
    assert write_index(reports).read_text() == written


@pytest.mark.parametrize("content", ["# Reports\r\n\r\nMine.\r\n", "# Reports\n\nWritten by me\n", ""])
def test_a_readme_of_ones_own_is_not_replaced(reports, content):
    (reports / "README.md").write_bytes(content.encode())
    with pytest.raises(StoreError, match="not written by hdr-bench index, so it is not replaced"):
        write_index(reports)
    assert (reports / "README.md").read_bytes() == content.encode()


def test_folders_of_any_name_have_a_row_and_a_link_that_leads_there(reports):
    names = ["a|b", "a b", "x]y", "x](z)", "50%", "<b>*c*", "a\nb", "caf\u00e9", os.fsdecode(b"\xff"), "q?r#s"]
    for number, name in enumerate(names):
        folder = reports / name
        shutil.copytree(reports / ("own" if number % 2 else "various"), folder)
    (reports / "speed | 1").mkdir()
    (reports / "speed | 1" / "report.md").write_text("# Speed\n")
    text = write_index(reports).read_text()
    table = [line for line in text.splitlines() if line.startswith("|")]
    assert len(table) == 2 + 2 + len(names)
    # A bar that is escaped ends no cell.
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in table} == {len(re.findall(r"\|", table[1]))}
    links = re.findall(r"\]\(([^()\s|]+)/report\.md\)", text)
    assert {unquote_to_bytes(link) for link in links} == {
        os.fsencode(name) for name in (*names, "own", "various", "speed | 1")
    }
    assert r"[a\|b](a%7Cb/report.md)" in text
    assert r"[x\]y](x%5Dy/report.md)" in text
