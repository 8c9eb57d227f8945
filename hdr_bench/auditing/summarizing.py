"""From an audit to its summary."""

from collections import Counter
from importlib.metadata import version

import numpy as np

from hdr_bench.auditing.audit import LabelAudit
from hdr_bench.auditing.candidates import suggested_class
from hdr_bench.auditing.summary import AuditMethod, AuditSummary, Confusion


def summarize_audit(audit: LabelAudit, folds: int, command: str) -> AuditSummary:
    """Summarize an audit.

    Parameters
    ----------
    audit : LabelAudit
    folds : int
        Number of folds of its cross-validation.
    command : str
        Command that reproduces it.

    Returns
    -------
    summary : AuditSummary
    """
    data = audit.data.dataset
    return AuditSummary(
        dataset=data.name,
        fingerprint=data.fingerprint,
        n_train=len(data.train),
        n_test=len(data.test),
        part=audit.data.part,
        folds=folds,
        methods=_methods_of(audit),
        n_images=len(audit.rows),
        n_flagged=audit.n_flagged,
        n_listed=len(audit.listed),
        n_wrong=round(audit.estimate.count, 1),
        n_wrong_low=round(audit.estimate.low, 1),
        n_wrong_high=round(audit.estimate.high, 1),
        confusions=_confusions_of(audit),
        known=audit.recall,
        command=command,
        cleanlab=version("cleanlab"),
        remarks=audit.remarks,
    )


def _methods_of(audit: LabelAudit) -> tuple[AuditMethod, ...]:
    return tuple(
        AuditMethod(each.method, float((each.predicted == audit.labels).mean()), each.temperature, float(weight))
        for each, weight in zip(audit.judgements, audit.weights, strict=True)
    )


def _confusions_of(audit: LabelAudit) -> tuple[Confusion, ...]:
    names, labels = audit.data.dataset.class_names, audit.labels.tolist()
    flagged = np.flatnonzero(audit.ranking.is_flagged).tolist()
    counts = Counter((labels[place], suggested_class(audit.probabilities[place], labels[place])) for place in flagged)
    # Pairs of equal frequency are in the order of their classes.
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Confusion(names[given], names[suggested], count) for (given, suggested), count in ordered)
