"""Sets of rows whose costs compare."""

import pandas as pd


def cost_set_of(good: pd.DataFrame) -> str:
    """Return what the rows have in common whose costs compare: the data, and how many images to train and evaluate on.

    Parameters
    ----------
    good : DataFrame
        The row's trials that did not fail, as `load_results` has them.

    Returns
    -------
    cost_set : str
        Empty for a part of a learning curve, and without trials.
    """
    if not len(good) or good["protocol"].iloc[0] == "learning-curve":
        return ""
    first = good.iloc[0]
    whole = "folds" if good["fold"].notna().any() else "test part"
    return f"{first['fingerprint']}, {first['n_train']:.0f} and {first['n_test']:.0f} of the {whole}"


def largest_cost_set(summary: pd.DataFrame) -> str | None:
    """Return the set that has most of the rows whose costs compare.

    Parameters
    ----------
    summary : DataFrame
        As `summarise` returns it.

    Returns
    -------
    cost_set : str or None
        A value of the column of that name, the first of several; None if no row is of a set.
    """
    named = summary.loc[summary["cost_set"] != "", "cost_set"]
    return None if named.empty else str(max(dict.fromkeys(named), key=lambda name: int((named == name).sum())))
