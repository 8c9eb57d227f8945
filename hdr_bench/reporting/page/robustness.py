"""The blocks of a report that are about corrupted and attacked test sets; a run without them has none of these."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial

from hdr_bench.exceptions import StoreError
from hdr_bench.reporting.comparisons.robustness.outcomes import Outcome
from hdr_bench.reporting.comparisons.robustness.robustness import Robustness
from hdr_bench.reporting.displays import (
    AttackDisplay,
    CorruptionMapDisplay,
    Display,
    DistortionGalleryDisplay,
    SeverityDisplay,
)
from hdr_bench.reporting.page.block_types import Block, FigureBlock, Heading, TableBlock
from hdr_bench.reporting.page.report_data import ReportData
from hdr_bench.reporting.page.robustness_sentences import (
    describe_attacks,
    describe_distorted_sets,
    describe_robustness,
)
from hdr_bench.reporting.tables import Table
from hdr_bench.reporting.tables.robustness.anchors import anchors_table
from hdr_bench.reporting.tables.robustness.attacks import attacks_table, describe_checks, gradient_checks_table
from hdr_bench.reporting.tables.robustness.corruptions import corruption_drops_table, corruption_errors_table
from hdr_bench.reporting.tables.robustness.methods import robustness_table, still_wrong_table
from hdr_bench.reporting.tables.robustness.noise_training import noise_training_table
from hdr_bench.reporting.tables.robustness.wins import wins_table


def _robustness(data: ReportData) -> Table | None:
    return robustness_table(data.robustness)


def _robustness_points(data: ReportData) -> tuple[str, ...]:
    return describe_distorted_sets(data.contents)


def _errors(data: ReportData) -> Table | None:
    return corruption_errors_table(data.robustness)


def _drops(data: ReportData) -> Table | None:
    return corruption_drops_table(data.robustness)


def _still_wrong(data: ReportData) -> Table | None:
    return still_wrong_table(data.robustness)


def _wins(data: ReportData) -> Table | None:
    return wins_table(data.robustness)


def _noise_training(data: ReportData) -> Table | None:
    return noise_training_table(data.robustness)


def _attacks(data: ReportData) -> Table | None:
    return attacks_table(data.robustness)


def _checks(data: ReportData) -> Table | None:
    return gradient_checks_table(data.robustness)


def _anchors(data: ReportData) -> Table | None:
    return anchors_table(data.robustness)


def _error_map(data: ReportData) -> Display | None:
    corruptions = data.robustness.corruptions
    return CorruptionMapDisplay.from_corruptions(corruptions, "error") if corruptions else None


def _drop_map(data: ReportData) -> Display | None:
    corruptions = data.robustness.corruptions
    return CorruptionMapDisplay.from_corruptions(corruptions, "drop") if corruptions else None


def _severity(data: ReportData) -> Display | None:
    return SeverityDisplay.from_run(data.contents) if data.robustness.corruptions else None


def _attack_curves(data: ReportData) -> Display | None:
    return AttackDisplay.from_run(data.contents) if data.robustness.attacks else None


def _gallery(data: ReportData, what: str) -> Display | None:
    """Return images of the most accurate method that has some of these."""
    summary = data.contents.summary.sort_values("accuracy", ascending=False, kind="stable")
    has_own = {each.label for each in data.robustness.outcomes if what == "corruptions" or _is_own_attack(each)}
    labels = [label for label in summary["case"] if label in has_own]
    for label in labels:
        with suppress(StoreError):
            return DistortionGalleryDisplay.from_run(data.contents, label, what)
    return None


def _is_own_attack(outcome: Outcome) -> bool:
    return outcome.attack is not None and not outcome.transferred_from


def _of(describe: Callable[[Robustness], str]) -> Callable[[ReportData], str]:
    return lambda data: describe(data.robustness)


_GALLERY = Heading("distorted-images", "Corrupted and attacked images")
_MAPS = Heading("corruption-maps", "Corruptions compared")

ROBUSTNESS_BLOCKS: tuple[Block, ...] = (
    TableBlock(
        "robustness", "Robustness to corruptions", _robustness, _of(describe_robustness), points=_robustness_points
    ),
    FigureBlock("corruptions", "Error under each corruption", _error_map, _MAPS, is_in_text=True),
    FigureBlock("corruption-drops", "Accuracy lost under each corruption", _drop_map, _MAPS),
    FigureBlock("severity", "Error by severity", _severity, Heading("severity", "Error by severity")),
    TableBlock("noise-training", "Training with corrupted images", _noise_training),
    TableBlock("still-wrong", "Images that were wrong before", _still_wrong),
    FigureBlock(
        "attacks",
        "Accuracy by attack strength",
        _attack_curves,
        Heading("attack-figure", "Attacks"),
        is_in_text=True,
    ),
    TableBlock("attacks", "Accuracy under attack", _attacks, _of(describe_attacks)),
    TableBlock(
        "gradient-checks",
        "Checks for a masked gradient",
        _checks,
        lambda data: describe_checks(data.robustness.gradient_checks),
    ),
    FigureBlock("corrupted-images", "Corrupted images", partial(_gallery, what="corruptions"), _GALLERY),
    FigureBlock("attacked-images", "Attacked images", partial(_gallery, what="attacks"), _GALLERY),
    TableBlock("anchors", "Figures of other set-ups", _anchors),
    TableBlock("corruptions", "Error under corruptions", _errors, is_open=False),
    TableBlock("corruption-drops", "Drop under corruptions", _drops, is_open=False),
    TableBlock("corruption-wins", "Pairs of methods under corruptions", _wins, is_open=False),
)
