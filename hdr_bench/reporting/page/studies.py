"""The blocks of a report that are about studies: a table and figures for each study."""

from functools import partial

from hdr_bench.reporting.comparisons.studies import StudyOutcome
from hdr_bench.reporting.displays import Display, StudyDisplay, TrainingDisplay
from hdr_bench.reporting.displays.study import training_of_study
from hdr_bench.reporting.page.addresses import slug
from hdr_bench.reporting.page.block_types import BlockGroup, FigureBlock, Heading, TableBlock
from hdr_bench.reporting.page.report_data import ReportData
from hdr_bench.reporting.page.study_sentences import describe_study, study_points
from hdr_bench.reporting.tables import Table
from hdr_bench.reporting.tables.studies import study_table


def study_blocks(data: ReportData) -> tuple[TableBlock | FigureBlock, ...]:
    """Return the blocks of a run's studies.

    Parameters
    ----------
    data : ReportData
        The run.

    Returns
    -------
    blocks : tuple of TableBlock or FigureBlock
    """
    return tuple(
        block
        for number, outcome in enumerate(data.studies, start=1)
        for block in _blocks_of(outcome, f"study-{number}-{slug(outcome.study.name)}")
    )


def _blocks_of(outcome: StudyOutcome, name: str) -> tuple[TableBlock | FigureBlock, ...]:
    title = outcome.study.name
    heading = Heading(f"{name}-figures", f"Study: {title}, figures")
    return (
        TableBlock(
            name,
            f"Study: {title}",
            partial(_table, outcome=outcome),
            partial(_intro, outcome=outcome),
            points=partial(_points, outcome=outcome),
        ),
        FigureBlock(
            name, f"{title}: accuracy of each level", partial(_levels, outcome=outcome), heading, is_in_text=True
        ),
        FigureBlock(
            f"{name}-training",
            f"{title}: accuracy by epoch",
            partial(_curves, outcome=outcome, quantity="accuracy"),
            heading,
        ),
        FigureBlock(
            f"{name}-loss", f"{title}: loss by epoch", partial(_curves, outcome=outcome, quantity="loss"), heading
        ),
    )


def _table(data: ReportData, outcome: StudyOutcome) -> Table | None:
    del data
    return study_table(outcome)


def _intro(data: ReportData, outcome: StudyOutcome) -> str:
    del data
    return describe_study(outcome)


def _points(data: ReportData, outcome: StudyOutcome) -> tuple[str, ...]:
    del data
    return study_points(outcome)


def _levels(data: ReportData, outcome: StudyOutcome) -> Display | None:
    del data
    return None if outcome.rows["accuracy"].isna().all() else StudyDisplay.from_outcome(outcome)


def _curves(data: ReportData, outcome: StudyOutcome, quantity: str) -> TrainingDisplay:
    return training_of_study(data.contents, outcome, quantity)


STUDIES = BlockGroup("The sections of the studies", study_blocks)
