"""All that a report says of corruptions and attacks, computed once."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from hdr_bench.reporting.comparisons.pairs import Comparisons
from hdr_bench.reporting.comparisons.robustness.anchors import AnchorFigure, anchor_figures
from hdr_bench.reporting.comparisons.robustness.attacks import AttackKind, attacks_of
from hdr_bench.reporting.comparisons.robustness.corruption_error import CorruptionError, corruption_error
from hdr_bench.reporting.comparisons.robustness.corruption_errors import (
    CorruptionErrors,
    before_of,
    complete_labels,
    corruptions_of,
    left_out_of,
    mean_over_corruptions,
)
from hdr_bench.reporting.comparisons.robustness.gradient_checks import GradientCheck, gradient_checks
from hdr_bench.reporting.comparisons.robustness.harm import Harm, most_harmful
from hdr_bench.reporting.comparisons.robustness.noise_training import NoiseTraining, trained_with_noise
from hdr_bench.reporting.comparisons.robustness.outcomes import Outcome, read_outcomes
from hdr_bench.reporting.comparisons.robustness.pairs import CorruptedPairs, pairs_under_corruptions
from hdr_bench.reporting.comparisons.robustness.ranks import RankChanges, rank_changes
from hdr_bench.reporting.comparisons.robustness.still_wrong import StillWrong, still_wrong
from hdr_bench.reporting.run import RunContents
from hdr_bench.reporting.statistics.crossed_values import Values


@dataclass(frozen=True, eq=False)
class Robustness:
    """The methods of a run on its corrupted and attacked test sets.

    Attributes
    ----------
    outcomes : tuple of Outcome
        Each method on each test set; empty without such test sets.
    corruptions : tuple of CorruptionErrors
        Those of the same images.
    left_out : tuple of str
        Corrupted test sets of other images, which are not among them.
    before, means : mapping of str to Values
        Errors of each method before any corruption, and their mean over all.
    corruption_error : CorruptionError
        Mean corruption errors against a reference method.
    pairs : CorruptedPairs
        Every two ranked methods.
    ranks : RankChanges or None
        Before and under corruptions.
    harm : Harm or None
        The most harmful corruption.
    still_wrong : tuple of StillWrong
        Of each method, over all corruptions.
    noise_training : tuple of NoiseTraining
        Methods that learned from corrupted copies, beside the same ones that did not.
    attacks : mapping of AttackKind to tuple of Outcome
        Kind by kind, the least eps first.
    gradient_checks : tuple of GradientCheck
        Of the methods that were attacked with their own gradient.
    anchors : tuple of AnchorFigure
        Figures of other set-ups.
    """

    outcomes: tuple[Outcome, ...] = ()
    corruptions: tuple[CorruptionErrors, ...] = ()
    left_out: tuple[str, ...] = ()
    before: Mapping[str, Values] = field(default_factory=dict)
    means: Mapping[str, Values] = field(default_factory=dict)
    corruption_error: CorruptionError = field(default_factory=lambda: CorruptionError("", {}, {}))
    pairs: CorruptedPairs = field(default_factory=lambda: CorruptedPairs({}, ()))
    ranks: RankChanges | None = None
    harm: Harm | None = None
    still_wrong: tuple[StillWrong, ...] = ()
    noise_training: tuple[NoiseTraining, ...] = ()
    attacks: Mapping[AttackKind, tuple[Outcome, ...]] = field(default_factory=dict)
    gradient_checks: tuple[GradientCheck, ...] = ()
    anchors: tuple[AnchorFigure, ...] = ()


def compare_robustness(contents: RunContents, compared: Comparisons) -> Robustness:
    """Compare the methods of a run on its suite's corrupted and attacked test sets.

    The reference of the mean corruption error is the first method of the suite that was evaluated under every
    corruption.

    Parameters
    ----------
    contents : RunContents
        The run.
    compared : Comparisons
        Of its methods, on their own test part.

    Returns
    -------
    robustness : Robustness
        Empty if the suite has no such test sets.
    """
    outcomes = read_outcomes(contents)
    corruptions = corruptions_of(outcomes)
    before, complete = before_of(corruptions), complete_labels(corruptions)
    means = mean_over_corruptions(corruptions) if corruptions else {}
    summary = contents.summary
    ranked = [label for label in summary.loc[summary["is_ranked"], "case"] if label in means]
    pairs = pairs_under_corruptions(corruptions, ranked)
    splits = (still_wrong(corruptions, label) for label in complete)
    return Robustness(
        outcomes=outcomes,
        corruptions=corruptions,
        left_out=left_out_of(outcomes, corruptions),
        before=before,
        means=means,
        corruption_error=corruption_error(corruptions, next(iter(complete), "")),
        pairs=pairs,
        ranks=rank_changes(before, means, compared.pairs, pairs.of_mean),
        harm=most_harmful(corruptions, ranked),
        still_wrong=tuple(split for split in splits if split is not None),
        noise_training=trained_with_noise(contents, before, means, pairs.of_each, compared.pairs),
        attacks=attacks_of(outcomes),
        gradient_checks=gradient_checks(outcomes),
        anchors=anchor_figures(contents, outcomes),
    )
