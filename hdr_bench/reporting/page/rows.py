"""Rows of a report's main table: their addresses, and how each was measured."""

from dataclasses import dataclass

from hdr_bench.records.protocol import KINDS
from hdr_bench.records.result import Result
from hdr_bench.reporting.page.addresses import row_id
from hdr_bench.reporting.parts import make_part
from hdr_bench.reporting.run import RunContents

_SHORT_COMMIT = 10


@dataclass(frozen=True)
class Row:
    """A row of the main table: its address, and how it was measured.

    Attributes
    ----------
    label : str
        What tables call it.
    id : str
        Its address on the page: suite, case, and a hash of its results.
    how : str
        How it was measured, in one line.
    method : str
        The address of its method's details.
    """

    label: str
    id: str
    how: str
    method: str


def make_row(contents: RunContents, label: str, address: str) -> Row:
    """Return a row of the main table, with how it was measured.

    Parameters
    ----------
    contents : RunContents
        The run.
    label : str
        What tables call the row.
    address : str
        That of its method's details.

    Returns
    -------
    row : Row

    Warns
    -----
    ReportWarning
        If it cannot be said how it was measured.
    """
    trials = contents.results[contents.results["label"] == label]
    good = [contents.records[key] for key in trials.loc[trials["status"] == "ok", "key"]]
    statuses = "; ".join(dict.fromkeys(trials["status"]))
    how = (
        make_part(f"How {label} was measured", lambda: _describe_measurement(good), lambda reason: reason)
        if good
        else statuses
    )
    return Row(label, row_id(contents, label), how, address)


def _describe_measurement(good: list[Result]) -> str:
    """Say in one line how a row was measured."""
    first = good[0]
    if first.trial.is_from_file:
        files = "; ".join(record.trial.estimator for record in good)
        return f"{files}; {first.n_test:,} images of {first.trial.dataset.name}; not fitted or timed by hdr-bench"
    seeds = sorted({record.trial.seed for record in good})
    folds = {record.trial.fold for record in good} - {None}
    parts = [KINDS[first.trial.protocol].words]
    if folds:
        parts[0] += f" with {first.trial.folds} folds"
    elif first.trial.search:
        parts[0] += f" with {first.trial.search.folds} folds"
    if first.trial.is_deterministic and not folds:
        parts.append("deterministic, one fit")
    else:
        parts.append(f"seed{'s' if len(seeds) > 1 else ''} {', '.join(map(str, seeds))}")
    verb = "evaluated on" if folds else "tested on"
    reduced = " (a reduced size)" if first.trial.is_reduced else ""
    parts.append(f"trained on {first.n_train:,}{reduced}, {verb} {first.n_test:,} images of {first.trial.dataset.name}")
    engines = sorted({record.measurements.engine for record in good if record.measurements})
    parts.append(f"{', '.join(engines)}, {_count(first.trial.threads, 'thread')}")
    parts.append("; ".join(dict.fromkeys(record.environment.cpu for record in good)))
    version = first.environment.libraries.get("hdr-bench", "")
    commit = first.environment.commit
    parts.append(f"hdr-bench {version}{f' at {_short(commit)}' if commit else ''}")
    parts.append(max(record.finished for record in good)[:10])
    return "; ".join(parts)


def _short(commit: str) -> str:
    return commit[:_SHORT_COMMIT] + ("+" if commit.endswith("+") else "")


def _count(count: int, noun: str) -> str:
    return f"{count} {noun}" + ("s" if count != 1 else "")
