"""Tables of attacks, and of the checks for a masked gradient."""

import pandas as pd

from hdr_bench.records.metrics import METRICS
from hdr_bench.reporting.comparisons.robustness.attacks import AttackKind
from hdr_bench.reporting.comparisons.robustness.gradient_checks import LARGE_EPS, GradientCheck
from hdr_bench.reporting.comparisons.robustness.outcomes import Outcome
from hdr_bench.reporting.comparisons.robustness.robustness import Robustness
from hdr_bench.reporting.tables.table import (
    METHOD,
    Column,
    Table,
    interval_writer,
    make_table,
    percent_writer,
    write_count,
)
from hdr_bench.reporting.tables.values import difference_writer
from hdr_bench.reporting.wording import list_few

_VALUES = ("accuracy", "accuracy_low", "accuracy_high")


def attacks_table(robustness: Robustness) -> Table | None:
    """Return the accuracy of each method on each attacked test set, with whose gradient it was attacked.

    Parameters
    ----------
    robustness : Robustness
        Of a run.

    Returns
    -------
    table : Table or None
        A row for each attack, eps and method; attacks with the methods' own gradients first. None without attacks.
    """
    found = [(kind, each) for kind, outcomes in robustness.attacks.items() for each in outcomes]
    if not found:
        return None
    rows = pd.DataFrame([_row(kind, each) for kind, each in found])
    n_images = max(each.n_test for _, each in found)
    percent, points = percent_writer(n_images), difference_writer(METRICS["accuracy"], n_images)
    write_ends = interval_writer(percent)
    columns = [
        Column("Attack", ("attack",), str, "left"),
        Column("eps", ("eps",), lambda eps: f"{eps:g}"),
        METHOD,
        Column("Made with", ("made_with",), str, "left"),
        Column("Images", ("n_test",), write_count),
        Column("Accuracy before (%)", ("before",), percent),
        Column(
            "Accuracy attacked (%)",
            _VALUES,
            lambda accuracy, low, high: f"{percent(accuracy)} ({write_ends(low, high)})",
        ),
        Column("Drop (points)", ("drop",), points),
    ]
    note = (
        "eps: the most that a pixel changes, as a share of the pixels' range (0.1 is 25.5 of 255). Accuracy over all "
        "images, with its 95 % interval over images and seeds: an image that was misclassified before is left as it is "
        "and counts as wrong. “Own gradient”: the images were made for each fit itself, which may be called robust "
        "only against attacks of this kind. “Transferred”: they were made for the first fit of the method that is "
        "named, which is left out; a high accuracy of another fit says little about what an attack on it would do. "
        "FGSM: Goodfellow, Shlens and Szegedy (2015); PGD: Madry et al. (2018)."
    )
    return make_table("attacks", "Accuracy under attack", rows, columns, note)


def _row(kind: AttackKind, outcome: Outcome) -> dict[str, object]:
    low, high = outcome.interval
    before = float("nan") if outcome.before is None else outcome.before.accuracy
    return {
        "attack": kind.title,
        "eps": outcome.attack.eps if outcome.attack is not None else float("nan"),
        "case": outcome.label,
        "made_with": kind.origin,
        "test_set": outcome.test_set,
        "n_test": outcome.n_test,
        "before": before,
        "accuracy": outcome.accuracy,
        "accuracy_low": low,
        "accuracy_high": high,
        "drop": before - outcome.accuracy,
    }


def gradient_checks_table(robustness: Robustness) -> Table | None:
    """Return the checks for a masked gradient.

    Parameters
    ----------
    robustness : Robustness
        Of a run.

    Returns
    -------
    table : Table or None
        A row for each check and method; None if no method was attacked with its own gradient.
    """
    checks = robustness.gradient_checks
    if not checks:
        return None
    percent = percent_writer(max(each.n_test for each in robustness.outcomes if each.attack is not None))
    rows = pd.DataFrame(
        [
            {
                "case": each.label,
                "check": each.check,
                "verdict": each.verdict,
                "figures": " against ".join(f"{percent(accuracy)} %" for accuracy in each.accuracies) or "–",
                "detail": each.detail,
            }
            for each in checks
        ]
    )
    columns = [
        METHOD,
        Column("Check", ("check",), str, "left"),
        Column("Verdict", ("verdict",), str, "left"),
        Column("Accuracy", ("figures",), str),
        Column("Of", ("detail",), str, "left"),
    ]
    note = (
        "An attack that fails because the gradient is masked says nothing of robustness (Athalye, Carlini and Wagner "
        "2018; Carlini et al. 2019). PGD must not leave a higher accuracy than FGSM of the same eps, more steps must "
        f"not leave a higher one than fewer, and an eps of at least {LARGE_EPS:g}, with which any image can be made an "
        "even grey, must leave none. “Within chance”: the attack that must not be weaker is, but by no more than is "
        "expected by chance (paired by images, 5 %). A gradient that passes may still be masked."
    )
    return make_table("gradient-checks", "Checks for a masked gradient", rows, columns, note)


def describe_checks(checks: tuple[GradientCheck, ...]) -> str:
    """Say which methods fail a check for a masked gradient, in a sentence.

    Parameters
    ----------
    checks : tuple of GradientCheck
        Of a run.

    Returns
    -------
    text : str
        Empty without checks.
    """
    if not checks:
        return ""
    failed = dict.fromkeys(each.label for each in checks if each.verdict == "does not hold")
    if failed:
        return (
            f"A check for a masked gradient fails for {list_few(list(failed))}: these attacks do not find all images "
            "that can be misclassified, so the accuracy under attack is an upper bound."
        )
    unchecked = dict.fromkeys(each.check for each in checks if each.verdict == "not checked")
    if unchecked:
        return f"No check for a masked gradient fails; not checked: {'; '.join(unchecked)}."
    return "All checks for a masked gradient hold."
