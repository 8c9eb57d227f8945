"""The list of a report's blocks, in the order of the page: whatever is in it is in report.html and report.md.

To add a table, write a function that returns a `Table`, and add a `TableBlock`: it is in both pages, and is written as
CSV and LaTeX. To add a figure, write a display, and add a `FigureBlock`, or a `MethodFigure` if it is about one method.
"""

from functools import partial

from hdr_bench.reporting.comparisons.baselines import most_frequent_classes
from hdr_bench.reporting.comparisons.checks import run_checks
from hdr_bench.reporting.comparisons.reproductions import describe_verdicts
from hdr_bench.reporting.page import figures
from hdr_bench.reporting.page.block_types import Block, FigureBlock, Heading, MethodFigure, TableBlock, TextBlock
from hdr_bench.reporting.page.methods import Method, common_errors
from hdr_bench.reporting.page.provenance import Provenance, describe_added, provenance_of
from hdr_bench.reporting.page.references import References, make_references
from hdr_bench.reporting.page.report_data import ReportData
from hdr_bench.reporting.page.robustness import ROBUSTNESS_BLOCKS
from hdr_bench.reporting.page.sprites import Sprite
from hdr_bench.reporting.page.studies import STUDIES
from hdr_bench.reporting.page.study_sentences import describe_study
from hdr_bench.reporting.tables import Table
from hdr_bench.reporting.tables.accuracy import accuracy_table, scores_table
from hdr_bench.reporting.tables.checks import checks_table
from hdr_bench.reporting.tables.classes import classes_table
from hdr_bench.reporting.tables.costs import memory_table, search_table, time_table
from hdr_bench.reporting.tables.main import main_table
from hdr_bench.reporting.tables.other_test_sets import (
    accuracies_table,
    describe_test_sets,
    drops_table,
    pairs_on_test_sets_table,
)
from hdr_bench.reporting.tables.pairs import pairs_table
from hdr_bench.reporting.tables.reproductions import published_table
from hdr_bench.reporting.tables.source_claims import claims_table, fill_claims
from hdr_bench.reporting.tables.studies import studies_table


def _main(data: ReportData) -> Table:
    return main_table(
        data.contents.summary, data.contents.results, data.comparisons, most_frequent_classes(data.contents)
    )


def _accuracy(data: ReportData) -> Table:
    return accuracy_table(data.contents.summary, data.comparisons)


def _make_published_table(data: ReportData) -> Table | None:
    return published_table(data.reproductions)


def _published_intro(data: ReportData) -> str:
    """Say how many figures got which verdict, and which machines their times are of."""
    machines = provenance_of(data.contents.trial_records, data.contents.run).processors
    published_on = data.contents.run.suite.machine
    sentences = [
        describe_verdicts(data.reproductions),
        f"The published times were measured on: {published_on}." if published_on else "",
        f"Ours: {'; '.join(machines)}.",
    ]
    return " ".join(filter(None, sentences))


def _claims(data: ReportData) -> Table | None:
    settings = data.contents.run.settings
    # What a suite claims, it claims of its own data, whole.
    is_its_own = settings.dataset is None and settings.samples is None
    return claims_table(fill_claims(data.contents) if is_its_own else ())


def _checks(data: ReportData) -> Table | None:
    return checks_table(run_checks(data.contents, data.comparisons))


def _time(data: ReportData) -> Table:
    return time_table(data.contents.summary, data.contents.results)


def _memory(data: ReportData) -> Table:
    return memory_table(data.contents.summary, data.contents.results)


def _scores(data: ReportData) -> Table:
    return scores_table(data.contents.summary)


def _searches(data: ReportData) -> Table | None:
    summary = data.contents.summary
    searches = summary[summary["chosen"] != ""]
    return search_table(searches, data.contents) if len(searches) else None


def _classes(data: ReportData) -> Table | None:
    return classes_table(data.contents)


def _pairs(data: ReportData) -> Table | None:
    return pairs_table(data.comparisons, int(data.contents.summary["n_test"].max()))


def _studies(data: ReportData) -> Table | None:
    return studies_table(data.studies)


def _studies_points(data: ReportData) -> tuple[str, ...]:
    return tuple(f"{outcome.study.name}: {describe_study(outcome)}" for outcome in data.studies)


def _test_sets(data: ReportData) -> Table | None:
    return accuracies_table(data.contents.summary, data.transfer, list(data.contents.records.values()))


def _test_sets_points(data: ReportData) -> tuple[str, ...]:
    return describe_test_sets(data.transfer, list(data.contents.records.values()))


def _drops(data: ReportData) -> Table | None:
    return drops_table(data.transfer)


def _pairs_on_test_sets(data: ReportData) -> Table | None:
    return pairs_on_test_sets_table(data.transfer)


def _methods_with_matrix(data: ReportData) -> tuple[Method, ...] | None:
    """Return the methods with a confusion matrix; None for one alone, which is among the details of its method."""
    methods = tuple(method for method in data.methods if method.matrix is not None)
    return methods if len(methods) > 1 else None


def _common_errors(data: ReportData) -> Sprite | None:
    return common_errors(data.contents)


def _methods(data: ReportData) -> tuple[Method, ...]:
    return data.methods


def _provenance(data: ReportData) -> Provenance:
    records = data.contents.records.values()
    return provenance_of(data.contents.trial_records, data.contents.run, describe_added(records))


def _references(data: ReportData) -> References:
    return make_references(data.contents.run)


BLOCKS: tuple[Block, ...] = (
    TableBlock("studies", "Studies", _studies, points=_studies_points, is_lead=True),
    TableBlock("main", "Error and costs", _main, template="main_table", is_lead=True),
    FigureBlock(
        "accuracy-fit-time",
        "Accuracy against the time to fit",
        partial(figures.cost, cost="fit_seconds"),
        Heading("cost", "What accuracy costs", is_lead=True),
        is_in_text=True,
    ),
    TableBlock(
        "published", "Published against measured", _make_published_table, _published_intro, template="published"
    ),
    TableBlock("test-sets", "Other test sets", _test_sets, points=_test_sets_points),
    FigureBlock(
        "test-sets",
        "Accuracy on each test set",
        figures.transfer,
        Heading("test-sets-figure", "Test sets compared"),
        is_in_text=True,
    ),
    TableBlock("drops", "Drop on other test sets", _drops),
    *ROBUSTNESS_BLOCKS,
    STUDIES,
    TableBlock("claims", "Claims, checked", _claims, template="claims"),
    TableBlock("checks", "Checks", _checks),
    TableBlock("accuracy", "Accuracy", _accuracy, is_open=False),
    TableBlock("time", "Time", _time, is_open=False),
    TableBlock("memory", "Memory", _memory, is_open=False),
    TableBlock("scores", "Scores", _scores, is_open=False),
    TableBlock("search", "Grid search", _searches, is_open=False),
    FigureBlock("accuracy", "Accuracy", figures.accuracy, is_in_text=True),
    FigureBlock(
        "accuracy-predict-time",
        "Accuracy against the time to predict",
        partial(figures.cost, cost="predict_seconds"),
    ),
    FigureBlock("accuracy-memory", "Accuracy against the memory to fit", partial(figures.cost, cost="fit_peak_bytes")),
    FigureBlock("accuracy-size", "Accuracy against the size", partial(figures.cost, cost="size_bytes")),
    FigureBlock("rejection", "Error against rejection rate", figures.rejection),
    FigureBlock("learning-curve", "Accuracy by the number of training images", figures.learning_curve, is_in_text=True),
    FigureBlock("times", "Every measured time", figures.times),
    FigureBlock("training", "Accuracy by epoch", figures.training_of_all),
    FigureBlock("disagreement", "Images on which two methods disagree", figures.disagreement),
    FigureBlock("confusion", "Confusion matrices of all methods", figures.confusion_of_all, has_svg=False),
    FigureBlock("gallery-all-wrong", "Images that all methods get wrong", figures.common_errors, has_svg=False),
    # The page's own form of the two figures before them.
    TextBlock("confusion", "Confusion matrices", _methods_with_matrix, "matrices", formats=("html",)),
    TextBlock(
        "hard",
        "Images that all methods get wrong",
        _common_errors,
        "images",
        formats=("html",),
        title_of=lambda sprite: sprite.title,
    ),
    TableBlock("classes", "Each class (F1)", _classes, is_open=False),
    TableBlock("pairs", "Pairs of methods", _pairs, template="pairs", is_open=False),
    TableBlock("test-set-pairs", "Pairs of methods on other test sets", _pairs_on_test_sets, is_open=False),
    TextBlock("methods", "Each method", _methods, "methods"),
    TextBlock("provenance", "Where these numbers come from", _provenance, "provenance", is_footer=True),
    TextBlock("cite", "Cite", _references, "references", is_footer=True),
)

METHOD_FIGURES: tuple[MethodFigure, ...] = (
    MethodFigure("confusion", "Confusion matrix", figures.confusion, has_svg=False),
    MethodFigure("curves", "ROC, precision and recall, reliability", figures.curves),
    MethodFigure("training", "Training", figures.training),
    MethodFigure("search", "Grid search", figures.search),
    MethodFigure("gallery", "Wrong images", figures.gallery, has_svg=False),
)
"""The figures about one method, in the order of its details."""
