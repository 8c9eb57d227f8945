"""How many wrong labels a label audit finds; writes ``reports/statistics/label-audit.md``.

Run as ``python benchmarks/statistics/label_audit.py FOLDER [SAMPLES]``; the folder keeps the fits, so that it goes on
where it was interrupted. One in a hundred labels of MNIST's training part, or of SAMPLES images of it, are made wrong:
at random, or as a class that looks alike. Without SAMPLES, or if ``FOLDER/mnist`` is there, the folder of an audit by
``hdr-bench audit mnist --part all``, the test part is audited too, by methods that learn from both parts, and held
against the errors that are known of it.
"""

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from tabulate import tabulate

from hdr_bench import Dataset, load_dataset
from hdr_bench.auditing.audit import LabelAudit
from hdr_bench.auditing.known_errors import recall_of_known
from hdr_bench.auditing.probabilities import join_probabilities
from hdr_bench.auditing.recall_display import NAMED
from hdr_bench.auditing.run import AuditPlan, plan_audit
from hdr_bench.datasets import Part
from hdr_bench.experiments.messages import Progress
from hdr_bench.experiments.progress import LineProgress
from hdr_bench.files import write_whole
from hdr_bench.records.options import RunOptions

SHARE = 0.01
SEED = 18
ALIKE = {0: (6,), 1: (7,), 2: (7,), 3: (5, 8), 4: (9,), 5: (3, 8), 6: (0,), 7: (1, 9), 8: (3, 5), 9: (4, 7)}
"""Digits that look like each other: a wrong label between look-alikes is one of these."""

REPORT = Path(__file__).parents[2] / "reports" / "statistics" / "label-audit.md"
_TEXT = """# Label audit: wrong labels found

Written by `benchmarks/statistics/label_audit.py`: {n_wrong:,} of {n:,} labels of MNIST's training part made wrong, at
random or as a digit that looks alike; each image judged by methods that learned from the other four fifths. "First as
many": which share of these is among as many first images as were made wrong; "twice as many": among twice as many.
"Equal weights" and "arithmetic mean": the methods' probabilities joined otherwise than the audit does, whose weights
have the least log loss against the labels as they are given. "Margin": ordered by the given label's probability less
that of the likeliest other class.

{injected}

Estimated number of wrong labels, those that MNIST has itself included:

{estimated}
{known}"""


# The known errors' source is of any length, so it has a line of its own.
_KNOWN = """MNIST's test part, of whose labels {n_known} are known to be wrong: how many of these are among the first
images; judged by methods that learned from four fifths of both parts. The wrong labels are those of:

{source}.

{table}"""


def inject(dataset: Dataset, kind: str, rng: np.random.Generator) -> tuple[Dataset, NDArray[np.intp]]:
    """Return a data set with wrong labels in its training part, and which they are."""
    labels = dataset.train.labels.copy()
    wrong = np.sort(rng.choice(len(labels), round(SHARE * len(labels)), replace=False))
    for row in wrong:
        right = int(labels[row])
        others = ALIKE[right] if kind == "alike" else [each for each in range(10) if each != right]
        labels[row] = rng.choice(others)
    changed = dataset.with_parts(Part(dataset.train.images, labels), dataset.test)
    return replace(changed, name=f"mnist with labels wrong ({kind})"), wrong


def orders(audit: LabelAudit) -> Iterator[tuple[str, NDArray[np.intp]]]:
    """Give orders of the images by name: of each method alone, of all in the audit's way, and in other ways."""
    for each in audit.judgements:
        yield each.method, _by_quality(audit, each.probabilities)
    yield "All, as the audit", audit.ranking.order
    equal = np.full(len(audit.judgements), 1 / len(audit.judgements))
    yield "All, equal weights", _by_quality(audit, join_probabilities(audit.judgements, equal))
    yield "All, arithmetic mean", _by_quality(audit, np.mean([each.probabilities for each in audit.judgements], axis=0))
    others = audit.probabilities.copy()
    others[np.arange(len(others)), audit.labels] = -1
    yield "All, margin", np.argsort(_own(audit, audit.probabilities) - others.max(axis=1), kind="stable")


def _by_quality(audit: LabelAudit, probabilities: NDArray[np.float64]) -> NDArray[np.intp]:
    return np.argsort(_own(audit, probabilities), kind="stable")


def _own(audit: LabelAudit, probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    return probabilities[np.arange(len(audit.labels)), audit.labels]


def rows_of(kind: str, audit: LabelAudit, wrong: NDArray[np.intp]) -> Iterator[dict[str, str]]:
    """Give the rows of the table for one kind of wrong labels."""
    for name, order in orders(audit):
        is_wrong = np.isin(audit.rows[order], wrong)
        shares = [is_wrong[: times * len(wrong)].sum() / len(wrong) for times in (1, 2)]
        found = {"First as many (%)": f"{100 * shares[0]:.1f}", "Twice as many (%)": f"{100 * shares[1]:.1f}"}
        yield {"Wrong labels": kind, "Order": name, **found}


def known_errors(audit: LabelAudit) -> str:
    """Return what is found of the errors that are known of MNIST's test part: a table, and who knows them."""
    rows, source, n_known = [], "", 0
    for name, order in orders(audit):
        curve = recall_of_known(audit.data, audit.rows[order])
        if curve is None:
            raise SystemExit("the errors of this copy of MNIST are not known")
        found = {f"First {n}": str(curve.found_among(n)) for n in NAMED}
        rows.append({"Order": name, **found, "Rank of the last": f"{curve.ranks[-1]:,}"})
        source, n_known = curve.source, len(curve.ranks)
    return f"\n{_KNOWN.format(n_known=n_known, source=source, table=_table(rows, 1))}\n"


def _plan(dataset: str | Dataset, part: str, folder: Path) -> AuditPlan:
    return plan_audit(dataset, part=part, options=RunOptions(out=folder, threads=1))


def _progress() -> Progress:
    return LineProgress(Console(stderr=True))


def main(folder: Path, samples: int | None) -> None:
    """Audit every kind, and write the tables."""
    mnist = load_dataset("mnist")
    data = mnist if samples is None else mnist.subsample(samples)
    injected, estimated, n_wrong = [], [], 0
    for kind in ("random", "alike"):
        changed, wrong = inject(data, kind, np.random.default_rng(SEED))
        audit = _plan(changed, "train", folder / kind).find(_progress())
        n_wrong = len(wrong)
        injected += list(rows_of(kind, audit, wrong))
        interval = f"{audit.estimate.low:.0f} to {audit.estimate.high:.0f}"
        estimate = {"Estimated": f"{audit.estimate.count:.0f}", "95 % interval": interval}
        estimated.append(
            {"Wrong labels": kind, "Made wrong": str(n_wrong), **estimate, "Flagged": str(audit.n_flagged)}
        )
    known = ""
    if samples is None or (folder / "mnist").exists():
        known = known_errors(_plan("mnist", "test", folder / "mnist").find(_progress()))
    tables = {"injected": _table(injected, 2), "estimated": _table(estimated, 1)}
    text = _TEXT.format(n=len(data.train), n_wrong=n_wrong, known=known, **tables)
    write_whole(REPORT, text.encode())
    print(text)


def _table(rows: list[dict[str, str]], n_left: int) -> str:
    aligned = ["left"] * n_left + ["right"] * (len(rows[0]) - n_left)
    return tabulate(rows, "keys", "pipe", disable_numparse=True, colalign=aligned)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else None)
