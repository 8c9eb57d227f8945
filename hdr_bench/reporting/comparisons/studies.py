"""Studies of a run: the levels of a factor compared on the same held-out images."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations

import pandas as pd

from hdr_bench.exceptions import StoreError, UnknownNameError
from hdr_bench.records.detectable import detectable_difference
from hdr_bench.records.study import Study
from hdr_bench.records.study_figures import STUDY_FIGURES, StudyFigure
from hdr_bench.reporting.comparisons.pairs import Pair, correct_p_values
from hdr_bench.reporting.comparisons.study_figures import FigureComparison, compare_by_figure
from hdr_bench.reporting.frame import summarise
from hdr_bench.reporting.run import RunContents
from hdr_bench.reporting.statistics.crossed import Fits, paired_difference
from hdr_bench.reporting.statistics.intervals import margin
from hdr_bench.reporting.statistics.letters import letter_groups
from hdr_bench.reporting.statistics.omnibus import Omnibus, equal_accuracies


@dataclass(frozen=True, eq=False)
class StudyOutcome:
    """Levels of a study, compared on the held-out images.

    Attributes
    ----------
    study : Study
    rows : DataFrame
        A row for each level that ran, in the suite's order, as `summarise` returns it, with the columns ``level`` (its
        label) and ``n_train``.
    results : DataFrame
        The trials of the levels, as `load_results` returns them.
    pairs : tuple of Pair
        Every two complete levels, called by their labels, corrected within the study.
    omnibus : Omnibus or None
        Test over all complete levels; None for fewer than two, and if a stochastic one has one seed, whose spread is
        not known.
    detectable : dict of tuple of str to float
        For each pair, the difference in accuracy that its test would detect; as `detectable_difference` returns it,
        infinite or NaN if none can be stated.
    images_detectable : float
        What would remain of the difference between the two most accurate levels with any number of seeds; NaN if they
        were not compared, or nothing varies between them.
    level : str
        Label of the chosen level; empty while none is.
    chosen : Series or None
        Row of the chosen level on the test part, as `summarise` returns it, with the columns ``n_train`` and
        ``samples`` (training images that it is limited to; missing if it is not); None before it has run.
    by_figure : FigureComparison or None
        The levels by the figure that the claim is judged by; None if that is the accuracy.
    """

    study: Study
    rows: pd.DataFrame
    results: pd.DataFrame
    pairs: tuple[Pair, ...] = ()
    omnibus: Omnibus | None = None
    detectable: Mapping[tuple[str, str], float] | None = None
    images_detectable: float = math.nan
    level: str = ""
    chosen: "pd.Series | None" = None
    by_figure: FigureComparison | None = None

    @property
    def figure(self) -> StudyFigure:
        """Figure that the claim is judged by."""
        return STUDY_FIGURES[self.study.judged_by]

    @property
    def claim_pairs(self) -> tuple[Pair, ...]:
        """Every two levels compared by the figure that the claim is judged by."""
        if self.study.judged_by == "accuracy":
            return self.pairs
        return self.by_figure.pairs if self.by_figure is not None else ()

    @property
    def is_reduced(self) -> bool:
        """A level ran at a reduced size."""
        return bool(self.results["is_reduced"].eq(True).any())

    @property
    def is_one_seed(self) -> bool:
        """A stochastic level was fitted once."""
        return any(pair.is_one_seed for pair in self.pairs)

    @cached_property
    def order(self) -> tuple[str, ...]:
        """Labels of the complete levels, the most accurate first; of equal ones, that earlier in the suite."""
        complete = self.rows[self.rows["is_complete"]]
        return tuple(complete.sort_values("accuracy", ascending=False, kind="stable")["level"])

    @cached_property
    def letters(self) -> dict[str, str]:
        """By label; levels that share a letter are not told apart. Empty without pairs."""
        apart = [(pair.first, pair.second) for pair in self.pairs if pair.is_told_apart]
        return letter_groups(self.order, apart) if self.pairs else {}

    @cached_property
    def next_detectable(self) -> float:
        """Difference that the test of the two most accurate levels would detect; NaN if none can be stated."""
        known = self.detectable_between(*self.order[:2]) if len(self.order) > 1 else math.nan
        return known if math.isfinite(known) else math.nan

    def row(self, label: str) -> pd.Series:
        """Return the row of a level.

        Parameters
        ----------
        label : str
            Label of the level.

        Returns
        -------
        row : Series
        """
        return self.rows[self.rows["level"] == label].iloc[0]

    def pair(self, one: str, other: str) -> Pair | None:
        """Return the comparison of two levels.

        Parameters
        ----------
        one, other : str
            Their labels, in any order.

        Returns
        -------
        pair : Pair or None
            With the more accurate one first; None if they were not compared.
        """
        return next((pair for pair in self.pairs if {pair.first, pair.second} == {one, other}), None)

    def detectable_between(self, one: str, other: str) -> float:
        """Return the difference that the test of two levels would detect.

        Parameters
        ----------
        one, other : str
            Their labels, in any order.

        Returns
        -------
        difference : float
            A difference of shares; infinite if larger than any that there can be, and NaN if they were not compared, or
            nothing varies between them.
        """
        known = self.detectable or {}
        return known.get((one, other), known.get((other, one), math.nan))


def compare_studies(contents: RunContents) -> tuple[StudyOutcome, ...]:
    """Compare the levels of each study of a run.

    Every two levels are compared over images and seeds (`paired_difference`), corrected by Benjamini and Hochberg's
    procedure within the study.

    Parameters
    ----------
    contents : RunContents
        The run.

    Returns
    -------
    studies : tuple of StudyOutcome
        In the suite's order; without those of which no trial was planned.
    """
    outcomes = (_compare(contents, study) for study in contents.run.suite.studies)
    return tuple(outcome for outcome in outcomes if outcome is not None)


def compare_study(contents: RunContents, name: str) -> StudyOutcome:
    """Compare the levels of one study of a run.

    Parameters
    ----------
    contents : RunContents
        The run.
    name : str
        Name of the study.

    Returns
    -------
    outcome : StudyOutcome

    Raises
    ------
    UnknownNameError
        If the suite has no such study.
    StoreError
        If none of its levels has run.
    """
    studies = {study.name: study for study in contents.run.suite.studies}
    if name not in studies:
        raise UnknownNameError("study", name, studies)
    outcome = _compare(contents, studies[name])
    if outcome is None or outcome.rows["accuracy"].isna().all():
        raise StoreError(f"{contents.store.folder}: every trial of {name!r} failed or is missing")
    return outcome


def _compare(contents: RunContents, study: Study) -> StudyOutcome | None:
    labels = {study.level_name(label): label for label in study.labels}
    results = contents.every_result
    trials = results[results["case"].isin(labels)].reset_index(drop=True)
    if not len(trials):
        return None
    rows = summarise(trials)
    # A failed trial has no images.
    n_train = trials[trials["status"] == "ok"].groupby("case")["n_train"].max()
    rows = rows.assign(level=rows["method"].map(labels), n_train=rows["method"].map(n_train))
    outcome = StudyOutcome(study, rows, trials, level=_chosen_level(contents, study), chosen=_chosen(contents, study))
    return _with_figure(contents, _with_tests(contents, outcome))


def _with_figure(contents: RunContents, outcome: StudyOutcome) -> StudyOutcome:
    if outcome.figure.of_epochs is None:
        return outcome
    records = {label: contents.good_records(outcome.study.level_name(label)) for label in outcome.order}
    margins = {label: _margin(outcome, label) for label in outcome.order}
    return replace(outcome, by_figure=compare_by_figure(outcome.figure, records, margins))


def _margin(outcome: StudyOutcome, label: str) -> float:
    row = outcome.row(label)
    return margin(float(row["accuracy"]), int(row["n_test"]))


def _with_tests(contents: RunContents, outcome: StudyOutcome) -> StudyOutcome:
    study = outcome.study
    fits = {label: found for label in outcome.order if (found := _fits(contents, study.level_name(label)))}
    order = [label for label in outcome.order if label in fits]
    if len(order) < 2:
        return outcome
    one, other = fits[order[0]], fits[order[1]]
    if not (one.is_one_seed or other.is_one_seed):
        outcome = replace(outcome, images_detectable=detectable_difference(one, other, len(order), math.inf))
    pairs = correct_p_values([_pair(outcome, fits, first, second) for first, second in combinations(order, 2)])
    detectable = {
        each: detectable_difference(fits[each[0]], fits[each[1]], len(order)) for each in combinations(order, 2)
    }
    is_one_seed = any(fits[label].is_one_seed for label in order)
    omnibus = None if is_one_seed else equal_accuracies([fits[label] for label in order])
    return replace(outcome, pairs=pairs, omnibus=omnibus, detectable=detectable)


def _fits(contents: RunContents, label: str) -> Fits | None:
    """Return the fits of a level; None if the predictions of one are not stored."""
    found = contents.predictions_of(label)
    if len(found) < len(contents.good_records(label)):
        return None
    # A level whose training images are drawn differs between seeds, whatever its method declares.
    is_deterministic = found[0][0].trial.is_deterministic
    return Fits.from_predictions([predictions for _, predictions in found], is_deterministic=is_deterministic)


def _pair(outcome: StudyOutcome, fits: Mapping[str, Fits], first: str, second: str) -> Pair:
    one, other = fits[first], fits[second]
    return Pair(
        first,
        second,
        paired_difference(one, other),
        1.0,
        _margin(outcome, first),
        is_one_seed=one.is_one_seed or other.is_one_seed,
        is_stochastic=one.is_stochastic or other.is_stochastic,
    )


def _chosen_level(contents: RunContents, study: Study) -> str:
    decisions: Sequence[str] = [each.level for each in contents.run.study_decisions if each.study == study.name]
    return decisions[0] if decisions else ""


def _chosen(contents: RunContents, study: Study) -> "pd.Series | None":
    results = contents.every_result
    trials = results[(results["case"] == study.chosen_name) & (results["status"] == "ok")]
    if not len(trials):
        return None
    return summarise(trials).assign(n_train=trials["n_train"].max(), samples=trials["samples"].max()).iloc[0]
