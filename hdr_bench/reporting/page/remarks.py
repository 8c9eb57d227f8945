"""What a reader must know before the tables: what a suite says, reduced sizes, seeds, missing images."""

import pandas as pd

from hdr_bench.reporting.run import RunContents


def make_remarks(contents: RunContents) -> list[str]:
    """Return the remarks on a run.

    Parameters
    ----------
    contents : RunContents
        The run.

    Returns
    -------
    remarks : list of str
        One sentence or two each.
    """
    run, results = contents.run, contents.results
    # What a suite says, it says of its own data.
    is_its_own = run.settings.dataset is None and run.settings.samples is None
    remarks = [*run.suite.notes] if is_its_own else []
    remarks += dict.fromkeys(note for record in contents.records.values() for note in record.data_notes)
    reduced = dict.fromkeys(results.loc[results["is_reduced"].fillna(False).astype(bool), "case"])
    if reduced:
        remarks.append(f"Run at a reduced size: {'; '.join(_size_of(case, results) for case in reduced)}.")
    return remarks + _seed_remarks(results, contents.summary)


def missing_images_remark(contents: RunContents) -> list[str]:
    """Say that there are no galleries, if the images are neither stored nor named as damaged.

    Parameters
    ----------
    contents : RunContents
        The run, after its galleries have been made.

    Returns
    -------
    remarks : list of str
        One, or none.
    """
    tested = [record for record in contents.records.values() if record.status == "ok" and record.trial.is_on_test_part]
    if contents.unreadable or not tested or contents.images.shown_files():
        return []
    return ["The test images are not stored with this run, so it has no galleries; run it again to have them."]


def _seed_remarks(results: pd.DataFrame, summary: pd.DataFrame) -> list[str]:
    """Say which seeds stochastic methods were fitted with, failed ones left out."""
    rows = summary.loc[summary["is_stochastic"], "case"]
    stochastic = results[(results["status"] == "ok") & results["label"].isin(rows)]
    cases: dict[tuple[int, ...], list[str]] = {}
    for case, trials in stochastic.groupby("case", sort=False):
        cases.setdefault(tuple(sorted(set(trials["seed"].astype(int)))), []).append(str(case))
    return [
        f"Stochastic methods{_in_brackets(names) if len(cases) > 1 else ''}: "
        f"{'the mean over the seeds' if len(seeds) > 1 else 'seed'} {', '.join(map(str, seeds))}."
        for seeds, names in cases.items()
    ]


def _in_brackets(names: list[str]) -> str:
    return f" ({'; '.join(names)})"


def _size_of(case: str, results: pd.DataFrame) -> str:
    """Say how much of a case was run."""
    trials = results[(results["case"] == case) & (results["status"] == "ok")]
    sizes = sorted({f"{size:,.0f}" for size in trials["n_train"]}, key=len)
    parts = [f"{', '.join(sizes)} training images"] if sizes else []
    for tried, candidates in dict.fromkeys(zip(trials["n_tried"], trials["n_candidates"], strict=True)):
        if tried < candidates:
            parts.append(f"{tried:.0f} of {candidates:.0f} candidates")
    return f"{case} ({', '.join(parts)})" if parts else case
