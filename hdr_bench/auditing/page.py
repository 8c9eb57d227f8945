"""Report of an audit, as an HTML page and as Markdown with figures."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hdr_bench.auditing.audit import LabelAudit
from hdr_bench.auditing.provenance import AuditProvenance
from hdr_bench.auditing.recall_display import RecallDisplay
from hdr_bench.auditing.summary import AuditSummary
from hdr_bench.records.candidates import Candidate, Candidates
from hdr_bench.reporting.displays.examples import Example, as_ink_on_paper
from hdr_bench.reporting.displays.gallery import GalleryDisplay
from hdr_bench.reporting.drawing.figure import Figure, PlannedFigure
from hdr_bench.reporting.drawing.rendering import render
from hdr_bench.reporting.page.sprites import shown_size, tile_pictures
from hdr_bench.reporting.page.writers import render_page

MOST_SHOWN, MOST_IN_TEXT = 100, 40
"""Number of candidates in HTML and in Markdown; `candidates.csv` has all."""

_PACKAGE = "hdr_bench.auditing"


@dataclass(frozen=True)
class Picture:
    """Sprite of the candidates and their neighbours: one row per candidate, starting with the candidate.

    Attributes
    ----------
    data_uri : str
        The picture as a data URI.
    width, height : int
        Displayed size of an image, in CSS pixels.
    columns : int
        Number of images per row.
    """

    data_uri: str
    width: int
    height: int
    columns: int


@dataclass(frozen=True)
class Shown:
    """Candidate as shown on a page.

    Attributes
    ----------
    rank : int
    candidate : Candidate
    neighbors : tuple of str
        Labels of its nearest images.
    """

    rank: int
    candidate: Candidate
    neighbors: tuple[str, ...]


def make_pages(
    audit: LabelAudit, candidates: Candidates, summary: AuditSummary, provenance: AuditProvenance
) -> dict[str, bytes]:
    """Return the files of an audit's report.

    Parameters
    ----------
    audit : LabelAudit
    candidates : Candidates
        Candidates of the audit.
    summary : AuditSummary
    provenance : AuditProvenance

    Returns
    -------
    files : dict of str to bytes
        Contents by file name relative to the folder.
    """
    figures = draw_figures(audit, candidates)
    shown = [
        Shown(rank, row, tuple(map(str, labels)))
        for rank, (row, labels) in enumerate(zip(candidates.rows, candidates.neighbour_labels, strict=True), start=1)
    ]
    context = {
        "summary": summary,
        "figures": figures,
        "provenance": provenance,
        "finding": finding(summary),
        "points": explain(summary),
    }
    html = render_page(
        "audit.html", _PACKAGE, shown=shown[:MOST_SHOWN], picture=make_picture(candidates, MOST_SHOWN), **context
    )
    files = {
        "report.html": html,
        "report.md": render_page("audit.md", _PACKAGE, shown=shown[:MOST_IN_TEXT], **context),
    }
    for figure in figures:
        files |= {f"figures/{figure.name}.png": figure.png, f"figures/{figure.name}.svg": figure.svg}
    return {name: content for name, content in files.items() if content}


def draw_figures(audit: LabelAudit, candidates: Candidates) -> list[Figure]:
    """Return the figures of a report: the candidates for Markdown, and the recall if errors are known.

    Parameters
    ----------
    audit : LabelAudit
    candidates : Candidates
        Candidates of the audit.

    Returns
    -------
    figures : list of Figure
    """
    examples = tuple(
        Example(row.index, row.given, (row.suggested,), float("nan")) for row in candidates.rows[:MOST_IN_TEXT]
    )
    title = "Given label → suggested label, the most suspicious first"
    gallery = GalleryDisplay(candidates.images[:MOST_IN_TEXT], examples, title, len(candidates.rows))
    planned = [
        PlannedFigure(
            "candidates", "Candidates", gallery.describe(), (gallery,), gallery.figsize, has_svg=False, note=""
        )
    ]
    if audit.recall is not None:
        recall = RecallDisplay(audit.recall)
        planned.append(
            PlannedFigure("recall", "Known errors", recall.describe(), (recall,), recall.figsize, note=recall.note)
        )
    return [render(each) for each in planned]


def make_picture(candidates: Candidates, most: int) -> Picture:
    """Return the first candidates and their neighbours as one picture.

    Parameters
    ----------
    candidates : Candidates
    most : int
        Largest number of candidates.

    Returns
    -------
    picture : Picture
    """
    images = candidates.images[:most]
    rows: NDArray[np.uint8] = np.concatenate([images[:, None], candidates.neighbours[:most]], axis=1)
    columns = rows.shape[1]
    flat = rows.reshape(-1, *images.shape[1:])
    width, height = shown_size(images)
    return Picture(tile_pictures(as_ink_on_paper(flat), columns), width, height, columns)


def finding(summary: AuditSummary) -> str:
    """Return the findings of an audit in sentences.

    Parameters
    ----------
    summary : AuditSummary

    Returns
    -------
    text : str
    """
    parts = {"train": "training images", "test": "test images", "all": "images"}
    sentences = [
        f"Of {summary.n_images:,} {parts[summary.part]}, an estimated {summary.n_wrong:,.0f} have a wrong label "
        f"(confident learning; 95 % interval over the choice of images: {summary.n_wrong_low:,.0f} to "
        f"{summary.n_wrong_high:,.0f}).",
        f"{summary.n_listed:,} are listed for review by a person, {summary.n_flagged:,} of them flagged by confident "
        "learning.",
        *_known_in_words(summary),
        *_decided_in_words(summary),
    ]
    return " ".join(sentences)


def explain(summary: AuditSummary) -> tuple[str, ...]:
    """Return how an audit was made, what it assumes, and how to use it.

    Parameters
    ----------
    summary : AuditSummary

    Returns
    -------
    points : tuple of str
    """
    learned = "all images of both parts" if summary.part != "train" else "the training images"
    methods = "Each method" if len(summary.methods) > 1 else "The method"
    return (
        f"{methods} predicts images that it was not fitted on: {learned} are split into {summary.folds} folds, and "
        "the images of a fold are predicted after fitting on the other folds.",
        "Probabilities are calibrated with a temperature for each method, and combined as a product of powers, whose "
        "weights fit the given labels best. Images are sorted by the combined probability of their given label, the "
        "smallest first.",
        "The number of wrong labels is estimated by confident learning, its interval by resampling the images. It "
        "counts images that the methods confidently assign to another class, including hard ones with a correct label, "
        "and misses wrong labels that the methods agree with: the true number may lie outside the interval.",
        "A near duplicate is closer to the image, both deskewed and blurred, than 99 % of images are to their nearest.",
        "A listed label is not necessarily wrong; a person must look at the image. Write the class that you see into "
        "the column decision of decisions.csv (the given label to keep it, neither for an image of none of the "
        "classes, or unsure), your name into who, and the date into when; or decide on the page of hdr-bench serve "
        "--audit FOLDER. Decisions are preserved when the audit is run again.",
    )


def _known_in_words(summary: AuditSummary) -> Sequence[str]:
    if not summary.n_known:
        return ()
    return (
        f"Of {summary.n_known} previously known errors, {summary.n_known_first} are among the first {summary.n_known} "
        f"images of their part, and {summary.n_known_twice} among the first {2 * summary.n_known}.",
    )


def _decided_in_words(summary: AuditSummary) -> Sequence[str]:
    if not summary.n_decided:
        return ("No decisions have been made yet.",)
    return (f"Decided so far: {summary.n_decided:,}, of which {summary.n_changed:,} change the label.",)
