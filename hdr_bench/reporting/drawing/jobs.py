"""A report's figures, each drawn once, several at a time if there are many."""

from collections.abc import Sequence

from hdr_bench.records.environment import available_cores
from hdr_bench.reporting.drawing.figure import Figure, PlannedFigure
from hdr_bench.reporting.drawing.pool import DrawerEndedError, draw_in_own_process, draw_in_parallel
from hdr_bench.reporting.drawing.rendering import failed_figure, render
from hdr_bench.reporting.parts import warn_of_failure

FIGURES_PER_PROCESS = 30
"""Fewer are drawn before another process has loaded matplotlib."""


def draw(planned: Sequence[PlannedFigure]) -> list[Figure]:
    """Draw figures; many of them in several processes.

    Parameters
    ----------
    planned : sequence of PlannedFigure
        What to draw.

    Returns
    -------
    figures : list of Figure
        In the same order; one that cannot be drawn has the reason.

    Warns
    -----
    ReportWarning
        For each figure that cannot be drawn.
    """
    jobs = min(available_cores(), 1 + len(planned) // FIGURES_PER_PROCESS)
    figures = list(map(render, planned)) if jobs == 1 else _draw_in_parallel(planned, jobs)
    for figure, before in zip(figures, planned, strict=True):
        if figure.problem and not before.problem:
            warn_of_failure(figure.problem)
    return figures


def _draw_in_parallel(planned: Sequence[PlannedFigure], jobs: int) -> list[Figure]:
    """Draw figures in several processes; what is missing because one of these ended, in one more, each alone."""
    outcomes = zip(planned, draw_in_parallel(planned, jobs), strict=True)
    return [outcome if isinstance(outcome, Figure) else _draw_again(each, outcome) for each, outcome in outcomes]


def _draw_again(planned: PlannedFigure, before: Exception) -> Figure:
    if isinstance(before, OSError):
        # No process could be started.
        return render(planned)
    try:
        return draw_in_own_process(planned)
    # Not here: a figure that ends its process would end the report.
    except (DrawerEndedError, OSError) as error:
        return failed_figure(planned, f"Figure “{planned.title}” could not be made: {error}.")
