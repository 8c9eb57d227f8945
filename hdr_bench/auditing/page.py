"""Report of an audit, as an HTML page and as Markdown with figures."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hdr_bench.auditing.finding import explain, finding
from hdr_bench.auditing.known_errors import RecallCurve
from hdr_bench.auditing.provenance import AuditProvenance
from hdr_bench.auditing.recall_display import RecallDisplay
from hdr_bench.auditing.summary import AuditSummary
from hdr_bench.records.candidates import Candidate, Candidates
from hdr_bench.records.decisions import Decisions
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
    candidates: Candidates, summary: AuditSummary, decisions: Decisions, provenance: AuditProvenance
) -> dict[str, bytes]:
    """Return the files of an audit's report.

    Parameters
    ----------
    candidates : Candidates
        Candidates of the audit.
    summary : AuditSummary
    decisions : Decisions
        Decisions on the candidates so far.
    provenance : AuditProvenance

    Returns
    -------
    files : dict of str to bytes
        Contents by file name relative to the folder.
    """
    figures = draw_figures(candidates, summary.known)
    shown = [
        Shown(rank, row, tuple(map(str, labels)))
        for rank, (row, labels) in enumerate(zip(candidates.rows, candidates.neighbour_labels, strict=True), start=1)
    ]
    context = {
        "summary": summary,
        "figures": figures,
        "provenance": provenance,
        "finding": finding(summary, decisions),
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


def draw_figures(candidates: Candidates, known: RecallCurve | None) -> list[Figure]:
    """Return the figures of a report: the candidates for Markdown, and the recall if errors are known.

    Parameters
    ----------
    candidates : Candidates
        Candidates of the audit.
    known : RecallCurve or None
        How soon known errors are found.

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
    if known is not None:
        recall = RecallDisplay(known)
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
