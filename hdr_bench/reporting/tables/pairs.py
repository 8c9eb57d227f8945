"""The table of all pairs of methods: their difference, its test, and what may be said of them."""

import math

from hdr_bench.records.metrics import METRICS
from hdr_bench.reporting.comparisons.pairs import Comparisons, Verdict
from hdr_bench.reporting.numbers import MISSING, percent_places
from hdr_bench.reporting.statistics.crossed import ONE_SEED_SPREAD
from hdr_bench.reporting.statistics.tests import ROPE
from hdr_bench.reporting.tables.table import Column, Table, fixed_writer, make_table
from hdr_bench.reporting.tables.values import difference_writer


def pairs_table(compared: Comparisons, n_test: int) -> Table | None:
    """Return every pair's difference with its interval, p-value and verdict.

    Parameters
    ----------
    compared : Comparisons
        All pairs of a run's methods.
    n_test : int
        Images that they were evaluated on, which decide how many digits the differences deserve.

    Returns
    -------
    table : Table or None
        A row for each pair; None if there is none.
    """
    frame = compared.frame()
    if not len(frame):
        return None
    points = difference_writer(METRICS["accuracy"], n_test)
    within = fixed_writer(percent_places(n_test), 100)
    columns = [
        Column("Method", ("first",), str, "left"),
        Column("against", ("second",), str, "left"),
        Column("Difference (points)", ("difference",), points),
        Column(
            "95 % interval",
            ("low", "high"),
            lambda low, high: MISSING if math.isnan(low) else f"{points(low)} to {points(high)}",
        ),
        Column("p", ("p_value",), write_p),
        Column("p (Benjamini-Hochberg)", ("p_benjamini_hochberg",), write_p),
        Column(
            "Verdict",
            ("verdict", "margin", "is_stochastic", "is_one_seed"),
            lambda verdict, margin, is_stochastic, is_one_seed: (
                describe_verdict(verdict, within(margin), is_stochastic=is_stochastic)
                + (" (one seed)" if is_one_seed else "")
            ),
            "left",
        ),
    ]
    notes = [
        f"Differences of accuracy in percentage points. Tests: {'; '.join(dict.fromkeys(frame['test']))}. “Better”: "
        "the p-value is at most 5 % after Benjamini and Hochberg's correction for the number of pairs. “As good”: it "
        "is not, and the 90 % interval of the difference lies within the margin, which is how far the accuracies of "
        "the same method on two test sets of this size may differ. Otherwise there are too few seeds, or of "
        "deterministic methods too few images, to say either. The intervals are each pair's own, not corrected."
    ]
    if frame["is_one_seed"].any():
        notes.append(
            "“One seed”: a stochastic method was fitted once. Against a single fit of another method, the verdict is "
            "about these two fits; against several, its standard deviation over seeds is taken as "
            f"{ONE_SEED_SPREAD:.0%} of p (1 - p), p its accuracy.".replace("%", "\N{NO-BREAK SPACE}%")
        )
    if frame["p_equivalent"].notna().any():
        write = fixed_writer(2)
        columns += [
            Column("P(better)", ("p_better",), write),
            Column("P(equivalent)", ("p_equivalent",), write),
            Column("P(worse)", ("p_worse",), write),
        ]
        notes.append(
            f"P by the Bayesian correlated t-test; equivalent means within ±{100 * ROPE:g} points, the uncertainty "
            "that LeCun et al. (1998) give for error rates."
        )
    return make_table("pairs", "Pairs of methods", frame, [*columns], " ".join(notes))


def describe_verdict(verdict: Verdict, margin: str, *, is_stochastic: bool) -> str:
    """Return the verdict on a pair in words.

    Parameters
    ----------
    verdict : {"better", "as good", "too few"}
        Of the first method.
    margin : str
        In percentage points.
    is_stochastic : bool
        One of the two is: seeds are what is missing.

    Returns
    -------
    text : str
        Without the names of the methods.

    Examples
    --------
    >>> describe_verdict("as good", "0.28", is_stochastic=True)
    'as good, within ±0.28 points'
    >>> describe_verdict("too few", "0.28", is_stochastic=False)
    'too few images to say'
    """
    if verdict == "better":
        return "better"
    if verdict == "as good":
        return f"as good, within ±{margin} points"
    return f"too few {'seeds' if is_stochastic else 'images'} to say"


def write_p(p_value: float) -> str:
    """Write a p-value.

    Parameters
    ----------
    p_value : float
        NaN is written as missing.

    Returns
    -------
    text : str
        With three decimals.

    Examples
    --------
    >>> write_p(0.00001), write_p(0.0421)
    ('<0.001', '0.042')
    """
    if math.isnan(p_value):
        return MISSING
    return "<0.001" if p_value < 0.001 else f"{p_value:.3f}"
