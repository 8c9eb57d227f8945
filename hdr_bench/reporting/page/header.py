"""Header of a report: its finding, its highlights, what a reader must know, what failed."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from hdr_bench.records.given_labels import AS_GIVEN, OWN_TEST_PART
from hdr_bench.records.suite import Suite
from hdr_bench.records.trial import FROM_FILE
from hdr_bench.reporting.page.finding import finding
from hdr_bench.reporting.page.highlights import Highlight, make_highlights
from hdr_bench.reporting.page.report_data import ReportData
from hdr_bench.reporting.page.robustness_sentences import robustness_finding
from hdr_bench.reporting.page.study_sentences import summarize_studies
from hdr_bench.reporting.parts import make_part, note_reason
from hdr_bench.reporting.run import RunContents


@dataclass(frozen=True)
class Header:
    """What a report opens with, before its sections.

    Attributes
    ----------
    suite : Suite
        Its title and its source.
    finding : str
        What the studies found; which method is most accurate, how sure that is, and what it costs.
    robustness : str
        What corruptions and attacks do, below the main table; empty without such test sets.
    highlights : tuple of Highlight
        The best method for each purpose.
    reasons : tuple of str
        Why parts of the report could not be made, of those that have no place of their own.
    remarks : tuple of str
        What a reader must know.
    problems : tuple of pairs
        Each failed trial's method, and why it failed.
    """

    suite: Suite
    finding: str
    robustness: str
    highlights: tuple[Highlight, ...]
    reasons: tuple[str, ...]
    remarks: tuple[str, ...]
    problems: tuple[tuple[str, str], ...]


def make_header(data: ReportData, reasons: Sequence[str]) -> Header:
    """Make a report's header, after all else: some of it is about what could not be read.

    Parameters
    ----------
    data : ReportData
        The run.
    reasons : sequence of str
        Why other parts of the report could not be made.

    Returns
    -------
    header : Header

    Warns
    -----
    ReportWarning
        For each part that cannot be made.
    """
    contents, compared = data.contents, data.comparisons
    notes = [*data.reasons, *reasons]
    remarks = make_part("The remarks", lambda: _make_remarks(contents), lambda reason: [reason])
    problems = make_part("The list of failed trials", lambda: _problems(contents), note_reason(notes, []))
    highlights = make_part("The highlights", lambda: make_highlights(contents, compared), note_reason(notes, []))
    of_studies = make_part("The finding of the studies", lambda: summarize_studies(data.studies), str)
    of_methods = make_part("The finding", lambda: finding(contents, compared), str)
    robust = make_part("The finding on corruptions and attacks", lambda: robustness_finding(data.robustness), str)
    return Header(
        suite=contents.run.suite,
        finding=" ".join(filter(None, (of_studies, of_methods))),
        robustness=robust,
        highlights=tuple(highlights),
        reasons=tuple(notes),
        remarks=(*remarks, *_missing_images_remark(contents)),
        problems=(*problems, *(("Predictions or images", reason) for reason in contents.unreadable)),
    )


def _problems(contents: RunContents) -> list[tuple[str, str]]:
    rows = zip(contents.summary["case"], contents.summary["problem"], strict=True)
    return [(case, problem) for case, problem in rows if problem]


def _make_remarks(contents: RunContents) -> list[str]:
    """Return the remarks on a run: what a suite says, reduced sizes, seeds; one sentence or two each."""
    run, results = contents.run, contents.results
    # What a suite says, it says of its own data.
    is_its_own = run.settings.dataset is None and run.settings.samples is None
    remarks = [*run.suite.notes] if is_its_own else []
    remarks += dict.fromkeys(note for record in contents.records.values() for note in record.data_notes)
    remarks += _given_labels_remark(contents)
    # What other programs' predictions were fitted on is not known.
    is_reduced = results["is_reduced"].fillna(False).astype(bool) & ~_are_from_file(results)
    reduced = dict.fromkeys(results.loc[is_reduced, "case"])
    if reduced:
        remarks.append(f"Run at a reduced size: {'; '.join(_size_of(case, results) for case in reduced)}.")
    remarks += [
        f"{record.trial.case}: {record.trial.estimator}, not fitted or timed by hdr-bench."
        for record in contents.records.values()
        if record.trial.is_from_file
    ]
    return remarks + _seed_remarks(results, contents.summary)


def _given_labels_remark(contents: RunContents) -> list[str]:
    """Say where the accuracy on the labels that the data came with is, if decisions changed them, and if it is not."""
    name, remarks = f"{OWN_TEST_PART}{AS_GIVEN}", []
    is_own = any(each.test_set == name for record in contents.records.values() for each in record.evaluations)
    if is_own:
        remarks.append(
            "Decisions changed labels of the test part, or left images out: the accuracies are on the labels that were "
            f'decided on, and those on the labels that the data came with are under "{name}", among the other test '
            "sets."
        )
    if without := [
        each.name
        for each in contents.run.suite.test_sets
        if each.is_distorted and (is_own if each.dataset is None else each.dataset.labels is not None)
    ]:
        remarks.append(
            "The accuracies on corrupted and attacked images are on the labels that were decided on alone; those on "
            f"the labels that the data came with are not reported: {'; '.join(without)}."
        )
    return remarks


def _missing_images_remark(contents: RunContents) -> list[str]:
    """Say that there are no galleries, if the images are neither stored nor named as damaged."""
    tested = [record for record in contents.records.values() if record.status == "ok" and record.trial.is_on_test_part]
    if contents.unreadable or not tested or contents.images.shown_files():
        return []
    return ["The test images are not stored with this run, so it has no galleries; run it again to have them."]


def _seed_remarks(results: pd.DataFrame, summary: pd.DataFrame) -> list[str]:
    """Say which seeds stochastic methods were fitted with, failed ones left out."""
    rows = summary.loc[summary["is_stochastic"], "case"]
    stochastic = results[(results["status"] == "ok") & results["label"].isin(rows) & ~_are_from_file(results)]
    cases: dict[tuple[int, ...], list[str]] = {}
    for case, trials in stochastic.groupby("case", sort=False):
        cases.setdefault(tuple(sorted(set(trials["seed"].astype(int)))), []).append(str(case))
    return [
        f"Stochastic methods{_in_brackets(names) if len(cases) > 1 else ''}: "
        f"{'the mean over the seeds' if len(seeds) > 1 else 'seed'} {', '.join(map(str, seeds))}."
        for seeds, names in cases.items()
    ]


def _are_from_file(results: pd.DataFrame) -> "pd.Series[bool]":
    return results["estimator"].astype(str).str.startswith(FROM_FILE)


def _in_brackets(names: list[str]) -> str:
    return f" ({'; '.join(names)})"


def _size_of(case: str, results: pd.DataFrame) -> str:
    """Say how much of a case was run."""
    trials = results[(results["case"] == case) & (results["status"] == "ok")]
    sizes = sorted({f"{size:,.0f}" for size in trials["n_train"]}, key=len)
    parts = [f"{', '.join(sizes)} training images"] if sizes else []
    for tried, candidates in dict.fromkeys(zip(trials["n_tried"], trials["n_candidates"], strict=True)):
        if tried < candidates:
            parts.append(f"{tried:.0f} of {candidates:.0f} candidates")
    return f"{case} ({', '.join(parts)})" if parts else case
