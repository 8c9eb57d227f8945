"""How the methods of a run stand to the most accurate of them, data set by data set."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from hdr_bench.reporting.comparisons.pairs import Comparisons, Pair
from hdr_bench.reporting.run import RunContents
from hdr_bench.reporting.wording import points, spell


@dataclass(frozen=True, eq=False)
class Standing:
    """How the methods on one data set stand to the most accurate of them.

    Attributes
    ----------
    dataset : str
        Its name.
    best : str
        The most accurate row of those that most others are compared with.
    pairs : tuple of Pair
        Of the best with each row that it is compared with; empty for a single one, and without predictions.
    labels : tuple of str
        The rows that are ranked on its images, the best included.
    elsewhere : tuple of str
        Rows that are ranked on other images of the data set.
    unstored : tuple of str
        Rows whose predictions are not stored, unless that is so of all.
    rows : DataFrame
        The summary, by what tables call its rows.
    """

    dataset: str
    best: str
    pairs: tuple[Pair, ...]
    labels: tuple[str, ...]
    elsewhere: tuple[str, ...]
    unstored: tuple[str, ...]
    rows: pd.DataFrame

    @property
    def is_alone_at_the_top(self) -> bool:
        """Every other row that is compared is told apart from the best."""
        return all(pair.verdict == "better" for pair in self.pairs)

    @property
    def is_on_folds(self) -> bool:
        """The rows are evaluated on folds."""
        return bool(self.row(self.best)["is_on_folds"])

    def row(self, label: str) -> pd.Series:
        """Return a row of the summary.

        Parameters
        ----------
        label : str
            What tables call it.

        Returns
        -------
        row : Series
            Of what `summarise` returns.
        """
        return self.rows.loc[[label]].iloc[0]

    def with_verdict(self, verdict: str) -> list[Pair]:
        """Return the pairs of the best in which it is "better", "as good", or of which too few say more.

        Parameters
        ----------
        verdict : {"better", "as good", "too few"}
            What may be said of the best.

        Returns
        -------
        pairs : list of Pair
            The best is the first of each.
        """
        return [pair for pair in self.pairs if pair.verdict == verdict]

    def points_less(self, label: str) -> str:
        """Say how far a row's accuracy is below the best's.

        Parameters
        ----------
        label : str
            What tables call the row.

        Returns
        -------
        text : str
            With the unit, or ``"the same"``.
        """
        best, row = self.row(self.best), self.row(label)
        less = float(best["accuracy"] - row["accuracy"])
        return f"{points(less, int(row['n_test']))} less" if less > 0 else "the same"

    def shortage(self, pair: Pair) -> str:
        """Say what there is too little of to tell two rows apart, e.g. ``"three seeds are"``.

        Parameters
        ----------
        pair : Pair
            With too few to tell its rows apart.

        Returns
        -------
        text : str
            With its verb.
        """
        if self.is_on_folds:
            return _spell_count(int(self.row(pair.first)["n_trials"]), "fold")
        seeded = [label for label in (pair.first, pair.second) if self.row(label)["is_stochastic"]]
        if not seeded:
            return f"{self.row(pair.first)['n_test']:,} images are"
        return _spell_count(min(int(self.row(label)["n_trials"]) for label in seeded), "seed")


def standings(contents: RunContents, compared: Comparisons) -> list[Standing]:
    """Return how the methods stand, for each data set in the suite's order.

    Parameters
    ----------
    contents : RunContents
        The run.
    compared : Comparisons
        Of its methods.

    Returns
    -------
    standings : list of Standing
        One for each data set with ranked rows.
    """
    good = contents.results[contents.results["status"] == "ok"]
    datasets = {str(label): str(name) for label, name in good.groupby("label")["dataset"].first().items()}
    rows = contents.summary.assign(is_on_folds=_is_on_folds(contents)).set_index("case")
    ranked = [str(label) for label in rows.index[rows["is_ranked"]]]
    return [
        _standing(name, [label for label in ranked if datasets[label] == name], compared, rows)
        for name in dict.fromkeys(datasets[label] for label in ranked)
    ]


def unranked_reasons(summary: pd.DataFrame) -> dict[str, str]:
    """Return why rows are not ranked, by what tables call them; dummies are not meant to be.

    Parameters
    ----------
    summary : DataFrame
        As `summarise` returns it.

    Returns
    -------
    reasons : dict of str to str
        By the label of the row.

    Examples
    --------
    >>> row = {"case": "MLP", "is_ranked": False, "is_dummy": False, "is_complete": False, "n_trials": 2,
    ...        "trials": "2 of 3 seeds", "status": "timeout"}
    >>> unranked_reasons(pd.DataFrame([row]))
    {'MLP': '2 of 3 seeds'}
    """
    rows = summary[~summary["is_ranked"] & ~summary["is_dummy"]]
    # The chosen levels of studies are not meant to be, either, unless they failed.
    named = [row for row in rows.to_dict("records") if not (row["is_complete"] and row.get("is_of_study", False))]
    return {str(row["case"]): _reason(row) for row in named}


def _reason(row: dict[Any, Any]) -> str:
    if not row["n_trials"]:
        return str(row["status"])
    return "reduced size" if row["is_complete"] else str(row["trials"])


def _standing(dataset: str, ranked: list[str], compared: Comparisons, rows: pd.DataFrame) -> Standing:
    with_predictions = [label for label in ranked if label in compared.best]
    labels = _most_compared(with_predictions, compared) if with_predictions else _largest_cost_set(ranked, rows)
    best = labels[int(rows.loc[labels, "accuracy"].to_numpy(float).argmax())]
    return Standing(
        dataset=dataset,
        best=best,
        pairs=tuple(pair for pair in compared.pairs if pair.first == best),
        labels=tuple(labels),
        elsewhere=tuple(label for label in with_predictions if label not in labels),
        unstored=tuple(label for label in ranked if label not in with_predictions) if with_predictions else (),
        rows=rows,
    )


def _most_compared(labels: list[str], compared: Comparisons) -> list[str]:
    """Return the rows on the images that most rows are evaluated on, the most accurate first."""
    sets: dict[tuple[str, ...], list[str]] = {}
    for label in labels:
        sets.setdefault(compared.best[label], []).append(label)
    largest = max(sets.values(), key=len)
    first = compared.best[largest[0]][0]
    return [first, *(label for label in largest if label != first)]


def _largest_cost_set(labels: list[str], rows: pd.DataFrame) -> list[str]:
    """Return the rows of which most have costs that compare: without predictions no images tell them apart."""
    sets: dict[str, list[str]] = {}
    for label in labels:
        sets.setdefault(str(rows.loc[label, "cost_set"]) or label, []).append(label)
    return max(sets.values(), key=len)


def _is_on_folds(contents: RunContents) -> list[bool]:
    """Return for each row of the summary whether it is evaluated on folds."""
    folds = contents.results.groupby("label")["fold"].apply(lambda fold: bool(fold.notna().any()))
    return [bool(folds[label]) for label in contents.summary["case"]]


def _spell_count(count: int, noun: str) -> str:
    return f"{spell(count)} {noun}{'s are' if count != 1 else ' is'}"
