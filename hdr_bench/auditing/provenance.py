"""Provenance of an audit: methods, data, seeds, machines, versions."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version

from hdr_bench.auditing.audit import LabelAudit
from hdr_bench.records.result import Result
from hdr_bench.records.run_record import RunRecord
from hdr_bench.reporting.page.provenance import Pairs, provenance_of


@dataclass(frozen=True)
class MethodRow:
    """Method of an audit.

    Attributes
    ----------
    name : str
    accuracy : float
        Held-out share of images whose given label it predicts.
    temperature, weight : float
    """

    name: str
    accuracy: float
    temperature: float
    weight: float


@dataclass(frozen=True)
class AuditProvenance:
    """Provenance of an audit.

    Attributes
    ----------
    methods : tuple of MethodRow
    facts : tuple of pairs
        Data, seeds, versions.
    machines : tuple of tuple of pairs
        Each combination of machine and software that trials ran on.
    command : str
        Command that reproduces the audit.
    near_distance : float
        Distance below which images are near duplicates.
    """

    methods: tuple[MethodRow, ...]
    facts: Pairs
    machines: tuple[Pairs, ...]
    command: str
    near_distance: float


def provenance_of_audit(audit: LabelAudit, records: Sequence[Result], run: RunRecord, command: str) -> AuditProvenance:
    """Return the provenance of an audit.

    Parameters
    ----------
    audit : LabelAudit
    records : sequence of Result
        Results of its trials.
    run : RunRecord
    command : str
        Command that reproduces the audit.

    Returns
    -------
    provenance : AuditProvenance
    """
    found = provenance_of(list(records), run)
    data = audit.data.dataset
    facts = (
        (f"data {data.name}", f"{len(data.train):,} training and {len(data.test):,} test images"),
        ("fingerprint", data.fingerprint),
        ("cleanlab", version("cleanlab")),
        *((name, value) for name, value in found.trials if name not in {"suite", "memory measured by"}),
    )
    methods = tuple(
        MethodRow(each.method, float((each.predicted == audit.labels).mean()), each.temperature, float(weight))
        for each, weight in zip(audit.judgements, audit.weights, strict=True)
    )
    return AuditProvenance(methods, facts, found.machines, command, audit.near_distance)
