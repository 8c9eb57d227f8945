"""Provenance of an audit: data, seeds, machines, versions."""

from dataclasses import dataclass
from pathlib import Path

from hdr_bench.auditing.summary import AuditSummary
from hdr_bench.exceptions import StoreError
from hdr_bench.reporting.page.provenance import Pairs, provenance_of
from hdr_bench.reporting.run import RunContents

# An audit has no suite file, reports no memory, and searches no parameters.
_NOT_SHOWN = frozenset({"suite", "memory measured by", "choices"})


@dataclass(frozen=True)
class AuditProvenance:
    """Provenance of an audit.

    Attributes
    ----------
    facts : tuple of pairs
        Data, seeds, versions.
    machines : tuple of tuple of pairs
        Each combination of machine and software that trials ran on.
    """

    facts: Pairs
    machines: tuple[Pairs, ...]


def provenance_of_audit(folder: Path, summary: AuditSummary) -> AuditProvenance:
    """Return the provenance of an audit, read from the run in its folder.

    Parameters
    ----------
    folder : Path
    summary : AuditSummary

    Returns
    -------
    provenance : AuditProvenance

    Raises
    ------
    StoreError
        If there is no run, or no result of it can be read.
    """
    contents = RunContents(folder)
    records = contents.trial_records
    if not records:
        raise StoreError(f"{folder}: no result of its trials can be read; run the audit again: {summary.command}")
    run = provenance_of(records, contents.run)
    facts = (
        (f"data {summary.dataset}", f"{summary.n_train:,} training and {summary.n_test:,} test images"),
        ("fingerprint", summary.fingerprint),
        ("cleanlab", summary.cleanlab),
        *((name, value) for name, value in run.trials if name not in _NOT_SHOWN),
    )
    return AuditProvenance(facts, run.machines)
