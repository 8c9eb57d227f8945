"""Header of a report: its finding, its highlights, what a reader must know, what failed."""

from collections.abc import Sequence
from dataclasses import dataclass

from hdr_bench.records.suite import Suite
from hdr_bench.reporting.comparisons.reproductions import describe_verdicts
from hdr_bench.reporting.page.finding import finding
from hdr_bench.reporting.page.highlights import Highlight, make_highlights
from hdr_bench.reporting.page.remarks import make_remarks, missing_images_remark
from hdr_bench.reporting.page.report_data import ReportData
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
        Which method is most accurate, and how many published figures got which verdict.
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
    remarks = make_part("The remarks", lambda: make_remarks(contents), lambda reason: [reason])
    problems = make_part("The list of failed trials", lambda: _problems(contents), note_reason(notes, []))
    highlights = make_part("The highlights", lambda: make_highlights(contents, compared), note_reason(notes, []))
    sentences = make_part("The finding", lambda: finding(contents, compared), str)
    return Header(
        suite=contents.run.suite,
        finding=f"{sentences} {describe_verdicts(data.reproductions)}".strip(),
        highlights=tuple(highlights),
        reasons=tuple(notes),
        remarks=(*remarks, *missing_images_remark(contents)),
        problems=(*problems, *(("Predictions or images", reason) for reason in contents.unreadable)),
    )


def _problems(contents: RunContents) -> list[tuple[str, str]]:
    rows = zip(contents.summary["case"], contents.summary["problem"], strict=True)
    return [(case, problem) for case, problem in rows if problem]
