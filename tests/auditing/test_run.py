import csv
import json
import shutil

import numpy as np
import pytest

from hdr_bench import load_dataset, load_results, write_report
from hdr_bench.auditing.index import write_audit_index
from hdr_bench.auditing.out_of_fold import read_answers
from hdr_bench.auditing.report import write_audit_report
from hdr_bench.auditing.run import plan_audit
from hdr_bench.auditing.summary import read_summary
from hdr_bench.exceptions import AllTrialsFailedError, DatasetError, StoreError, SuiteError, UnknownNameError
from hdr_bench.experiments.planning.trial_data import evaluated_rows, load_trial_data
from hdr_bench.records.candidates import read_candidates
from hdr_bench.records.decisions import Decision, Decisions
from hdr_bench.records.decisions_file import read_decisions, write_decisions
from hdr_bench.records.options import RunOptions


@pytest.fixture
def folder(audited, tmp_path):
    return shutil.copytree(audited, tmp_path / "wrong-digits")


def _decide(folder, **by_rank):
    """Write decisions on candidates by their rank, as people do."""
    path = folder / "decisions.csv"
    lines = list(csv.reader(path.read_text().splitlines()))
    for rank, decision in by_rank.items():
        lines[int(rank[1:])][4:6] = decision, "Ada"
    path.write_text("".join(",".join(line) + "\n" for line in lines))


def test_most_injected_errors_are_among_as_many_first_images(audited, wrong_digits):
    dataset, wrong = wrong_digits
    candidates = read_candidates(audited)
    first = candidates.rows[: len(wrong)]
    assert sum(row.part == "train" and row.index in wrong for row in first) >= 17
    assert [row.score for row in candidates.rows] == sorted(row.score for row in candidates.rows)
    for row, image, labels in zip(candidates.rows, candidates.images, candidates.neighbour_labels, strict=True):
        part = getattr(dataset, row.part)
        assert row.given == dataset.class_names[part.labels[row.index]] != row.suggested
        assert np.array_equal(image, part.images[row.index])
        assert len(labels) == candidates.neighbours.shape[1] == 6
    right = load_dataset("digits-8x8").train.labels
    found = [row for row in first if row.part == "train" and row.index in wrong]
    assert np.mean([row.suggested == str(right[row.index]) for row in found]) > 0.8


def test_a_copy_with_another_label_is_a_candidate_with_the_reason(audited, wrong_digits):
    dataset, _ = wrong_digits
    rows = {(row.part, row.index): row for row in read_candidates(audited).rows}
    label = dataset.class_names[dataset.train.labels[0]]
    assert rows["test", 0].reason.endswith(f"; the same image, train 0, is labelled {label}")
    assert "the same image, test 0, is labelled" in rows["train", 0].reason


def test_the_estimate_is_near_the_number_of_wrong_labels(audited):
    summary = read_summary(audited)
    assert summary.n_wrong_low < 20 < summary.n_wrong_high
    assert 15 < summary.n_wrong < 35
    assert summary.n_images == 1797


def test_it_is_a_run(audited):
    results = load_results(audited)
    assert list(results.groupby("case", sort=False).size()) == [2, 2]
    assert results["accuracy"].min() > 0.85


def test_pages_show_candidates_methods_and_what_makes_them_again(audited):
    text, page = ((audited / f"report.{ending}").read_text() for ending in ("md", "html"))
    command = "hdr-bench audit wrong-digits --part all --methods knn,linear --folds 2"
    first = read_candidates(audited).rows[0]
    assert f"{first.part} {first.index}" in text
    assert f"{'training' if first.part == 'train' else first.part} image {first.index}" in page
    for each in (text, page):
        assert command in each
        assert "k-NN, deskewed" in each
        assert "No decisions have been made yet." in each
    assert page.count('<li id="c') == 100
    assert page.count("data:image/png") == 1
    assert (audited / "figures" / "candidates.png").read_bytes().startswith(b"\x89PNG")


def test_the_test_part_is_judged_by_methods_that_learn_from_both(folder, again):
    before = read_candidates(folder)
    planned = again(folder, "test")
    assert planned.plan.to_run == ()
    summary = planned.execute()
    candidates = read_candidates(folder)
    assert {row.part for row in candidates.rows} == {"test"}
    assert (summary.part, summary.n_images) == ("test", 360)
    scores = {(row.part, row.index): row.score for row in before.rows}
    assert all(row.score == scores.get((row.part, row.index), row.score) for row in candidates.rows)
    assert len(read_decisions(folder / "decisions.csv").rows) == len(candidates.rows)


def test_decisions_stay_and_are_counted(folder, again):
    candidates = read_candidates(folder)
    first = candidates.rows[0]
    _decide(folder, r1=first.suggested, r2="unsure", r3="neither")
    again(folder).execute()
    decisions = read_decisions(folder / "decisions.csv")
    assert [row.decision for row in decisions.rows[:4]] == [first.suggested, "unsure", "neither", ""]
    assert decisions.rows[0].who == "Ada"
    assert "Decided so far: 3, of which 2 change the label." in (folder / "report.md").read_text()
    again(folder, "test").execute()
    later = read_decisions(folder / "decisions.csv")
    assert {row.image for row in decisions.rows[:3]} <= {row.image for row in later.rows if row.decision}


def test_decisions_on_other_data_are_refused_before_anything_runs(folder):
    path = folder / "decisions.csv"
    before = path.read_bytes()
    with pytest.raises(DatasetError, match="the decisions are for other data .* than digits-8x8"):
        plan_audit("digits-8x8", methods=["knn"], options=RunOptions(out=folder))
    assert path.read_bytes() == before
    write_decisions(path, Decisions())
    plan_audit("digits-8x8", methods=["knn"], options=RunOptions(out=folder))


def test_without_the_scores_of_classes_it_says_what_to_do(folder, again):
    shutil.rmtree(folder / "scores")
    report = (folder / "report.md").read_bytes()
    with pytest.raises(StoreError, match="not on this machine, only its predictions; run the audit again with --rerun"):
        again(folder).execute()
    assert (folder / "report.md").read_bytes() == report


def test_answers_are_those_of_the_fold_that_an_image_is_in(folder, again):
    planned = again(folder)
    answers = read_answers(planned.plan, planned.data)
    assert np.array_equal(answers.rows, np.arange(1797))
    trial = planned.plan.trials[1]
    rows = evaluated_rows(planned.data.source, trial)
    predicted = planned.plan.store.read_predictions(trial.key).y_pred
    assert np.array_equal(answers.methods[0].predicted[rows], predicted)


def test_rows_that_a_fold_is_evaluated_on_are_its_images():
    plan = plan_audit("digits-8x8", methods=["knn"], folds=4, options=RunOptions(samples=500)).plan
    dataset = plan.cases[0].dataset
    for trial in plan.trials:
        rows = evaluated_rows(dataset, trial)
        assert np.array_equal(dataset.train.images[rows], load_trial_data(trial, None).test.images)


def test_a_method_without_a_result_is_left_out_or_the_last_one_an_error(folder, again):
    planned = again(folder)
    store = planned.plan.store
    bad = store.read(planned.plan.trials[0].key)
    failed = bad.model_copy(update={"status": "timeout", "error": "took more than 1 s", "scores": None})
    store.write(failed, None)
    summary = again(folder).execute()
    assert [each.name for each in summary.methods] == ["linear"]
    assert summary.remarks == ("k-NN, deskewed is left out: timeout: took more than 1 s",)
    assert summary.remarks[0] in (folder / "report.html").read_text()
    last = store.read(planned.plan.trials[-1].key)
    store.write(last.model_copy(update={"status": "failed", "error": "no", "scores": None}), None)
    with pytest.raises(AllTrialsFailedError, match="no method is left to check the labels: k-NN, deskewed .*; linear"):
        again(folder).execute()


def _files_of(folder):
    return {path.relative_to(folder): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_the_report_is_regenerated_from_the_committed_files(folder):
    shutil.rmtree(folder / "scores")
    before = _files_of(folder)
    (folder / "report.html").unlink()
    shutil.rmtree(folder / "figures")
    assert write_audit_report(folder) == folder / "report.html"
    assert _files_of(folder) == before


def test_a_run_report_does_not_replace_that_of_an_audit(folder):
    before = _files_of(folder)
    with pytest.raises(
        StoreError, match="contains a label audit.*regenerate it with: hdr-bench report, or .*audit_rep"
    ):
        write_report(folder)
    assert _files_of(folder) == before


def test_the_report_and_the_index_count_decisions_as_they_are_now(folder):
    _decide(folder, r1="unsure", r2="neither")
    write_audit_report(folder)
    assert "Decided so far: 2, of which 1 change the label." in (folder / "report.md").read_text()
    row = next(line for line in write_audit_index(folder.parent).read_text().splitlines() if "[wrong-digits]" in line)
    assert [cell.strip() for cell in row.split("|")][-3:] == ["2", "1", ""]


def test_decisions_on_other_data_are_not_counted(folder):
    write_decisions(folder / "decisions.csv", Decisions("f" * 64, (Decision("test", 0, "1", "2"),)))
    report = (folder / "report.md").read_bytes()
    for write in (write_audit_report, lambda folder: write_audit_index(folder.parent)):
        with pytest.raises(DatasetError, match="the decisions are for other data .* than wrong-digits"):
            write(folder)
    assert (folder / "report.md").read_bytes() == report


def test_a_report_needs_an_audit_and_its_results(folder, tmp_path):
    with pytest.raises(StoreError, match="not a valid summary of an audit"):
        write_audit_report(tmp_path)
    assert not (tmp_path / ".report-lock").exists()
    shutil.rmtree(folder / "trials")
    with pytest.raises(StoreError, match="no result of its trials can be read; run the audit again: hdr-bench audit"):
        write_audit_report(folder)


def test_the_finding_names_the_most_frequent_confusions_of_the_flagged(audited):
    summary = read_summary(audited)
    assert sum(each.count for each in summary.confusions) == summary.n_flagged
    first = summary.confusions[0]
    assert first.count > 1
    named = f"Most frequent among the flagged: given {first.given}, suggested {first.suggested} ({first.count})"
    assert named in (audited / "report.md").read_text()


def test_what_cannot_be_audited_is_refused():
    with pytest.raises(UnknownNameError, match="unknown method 'kn'. Did you mean 'knn'?"):
        plan_audit("digits-8x8", methods=["kn"])
    with pytest.raises(UnknownNameError, match="unknown part 'tests'. Did you mean 'test'?"):
        plan_audit("digits-8x8", part="tests")
    with pytest.raises(SuiteError, match="at least one method"):
        plan_audit("digits-8x8", methods=[])
    with pytest.raises(SuiteError, match="'knn' given more than once"):
        plan_audit("digits-8x8", methods=["knn", "tree", "knn"])


def test_the_index_lists_audits_and_replaces_nothing_else(folder):
    index = write_audit_index(folder.parent)
    text = index.read_text()
    assert "[wrong-digits](wrong-digits/report.md)" in text
    assert "| all " in text
    assert write_audit_index(folder.parent) == index
    index.write_text("# My notes\n")
    with pytest.raises(StoreError, match="not an index of label audits, so it is not replaced"):
        write_audit_index(folder.parent)
    assert index.read_text() == "# My notes\n"
    index.unlink()
    (folder / "audit.json").write_text(json.dumps({"dataset": "x"}))
    with pytest.raises(StoreError, match="not a valid summary of an audit"):
        write_audit_index(folder.parent)
