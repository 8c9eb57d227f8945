"""Label audits, from planning to the files in their folder."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hdr_bench.auditing.audit import LabelAudit, audit_labels
from hdr_bench.auditing.audited_data import AuditedData, load_audited
from hdr_bench.auditing.candidates import candidates_of
from hdr_bench.auditing.decided import read_decided
from hdr_bench.auditing.index import FOLDER
from hdr_bench.auditing.methods import DEFAULT_METHODS
from hdr_bench.auditing.out_of_fold import audit_suite, read_answers
from hdr_bench.auditing.ranking import check_cleanlab
from hdr_bench.auditing.report import make_report_files
from hdr_bench.auditing.summarizing import summarize_audit
from hdr_bench.auditing.summary import AuditSummary
from hdr_bench.datasets import Dataset
from hdr_bench.exceptions import StoreError
from hdr_bench.experiments.messages import Progress
from hdr_bench.experiments.runner import Plan, plan_suite
from hdr_bench.files import write_whole
from hdr_bench.records.candidates import DECISIONS, SUMMARY, Candidates, write_candidates
from hdr_bench.records.decisions import Decisions, merge_decisions
from hdr_bench.records.decisions_file import write_decisions
from hdr_bench.records.options import RunOptions, settings_words
from hdr_bench.records.run_folder import folder_name
from hdr_bench.reporting.files.report_folder import lock_report, put_report


@dataclass(frozen=True, eq=False)
class AuditPlan:
    """Plan of a label audit, made by `plan_audit` and run by `execute`.

    Attributes
    ----------
    data : AuditedData
    methods : tuple of str
        Names as requested.
    folds : int
    plan : Plan
        Cross-validation of the methods.
    """

    data: AuditedData
    methods: tuple[str, ...]
    folds: int
    plan: Plan

    @property
    def folder(self) -> Path:
        """Folder of the audit."""
        return self.plan.folder

    @property
    def command(self) -> str:
        """Command that reproduces the audit, quoted for a shell."""
        words = ["hdr-bench", "audit", self.data.dataset.name, "--part", self.data.part]
        if self.methods != DEFAULT_METHODS:
            words += ["--methods", ",".join(self.methods)]
        words += ["--folds", str(self.folds), *settings_words(self.plan.settings)]
        return shlex.join(words)

    def find(self, progress: Progress | None = None) -> LabelAudit:
        """Fit the methods that are due, and find labels that may be wrong; only the run is written.

        Parameters
        ----------
        progress : Progress, optional
            Receives progress reports; none by default.

        Returns
        -------
        audit : LabelAudit

        Raises
        ------
        StoreError
            If a result cannot be written or read, or the scores of the methods are on another machine.
        AllTrialsFailedError
            If no method is left to check the labels.
        SchedulerError
            If no Dask scheduler responds.
        """
        self.plan.execute(progress)
        return audit_labels(self.data, read_answers(self.plan, self.data))

    def execute(self, progress: Progress | None = None) -> AuditSummary:
        """Find labels that may be wrong, and write the audit's files.

        Parameters
        ----------
        progress : Progress, optional
            Receives progress reports; none by default.

        Returns
        -------
        summary : AuditSummary

        Raises
        ------
        StoreError, AllTrialsFailedError, SchedulerError
            As in `find`, or if a file cannot be written.
        """
        return _write(self, self.find(progress))


def plan_audit(
    dataset: str | Dataset,
    *,
    methods: Sequence[str] = DEFAULT_METHODS,
    part: str = "train",
    folds: int = 5,
    options: RunOptions | None = None,
) -> AuditPlan:
    """Plan a label audit: check everything without running or writing anything.

    Parameters
    ----------
    dataset : str or Dataset
        Name as in `hdr_bench.load_dataset`, or a `Dataset`.
    methods : sequence of str, default=("cnn", "svm", "knn")
        Names of methods; see `hdr_bench.auditing.methods.cases_of`.
    part : {"train", "test", "all"}, default="train"
        Images to audit. For "test" and "all", the methods learn from images of both parts.
    folds : int, default=5
        Cross-validation of the methods.
    options : RunOptions, optional
        Where and how trials run; `out` is ``reports/label-audit/NAME`` by default.

    Returns
    -------
    plan : AuditPlan

    Raises
    ------
    UnknownNameError, SuiteError
        If a method or part is unknown or cannot be run.
    DatasetError, DatasetNotFoundError
        If the data, or the decisions in the folder, cannot be used.
    MissingDependencyError
        If cleanlab cannot be imported.
    StoreError
        If the folder cannot be written.

    Examples
    --------
    >>> plan = plan_audit("digits-8x8", methods=["knn"])
    >>> plan.folder.as_posix(), len(plan.plan.trials)
    ('reports/label-audit/digits-8x8', 5)
    """
    check_cleanlab()
    options = RunOptions() if options is None else options
    data = load_audited(dataset, part)
    suite = audit_suite(data, methods, folds)
    out = Path("reports") / FOLDER / folder_name(data.dataset.name) if options.out is None else options.out
    # Decisions for other data would be lost or wrong, so they are refused before anything runs.
    _read_decided(out, data)
    plan = plan_suite(suite, options.model_copy(update={"out": out}))
    return AuditPlan(data, tuple(methods), folds, plan)


def _read_decided(folder: Path, data: AuditedData) -> Decisions:
    dataset = data.dataset
    return read_decided(folder, dataset.name, dataset.fingerprint, "choose another folder with --out")


def _write(planned: AuditPlan, audit: LabelAudit) -> AuditSummary:
    """Write an audit's files, the report last; decisions made in the meantime are preserved."""
    folder, candidates = planned.folder, candidates_of(audit)
    summary = summarize_audit(audit, planned.folds, planned.command)
    with lock_report(folder):
        decisions = merge_decisions(_read_decided(folder, audit.data), candidates.undecided)
        try:
            _write_records(folder, candidates, decisions, summary)
        except OSError as error:
            raise StoreError(
                f"cannot write {error.filename}: {error.strerror}; free some space and run again"
            ) from error
        # Made of what is stored, so that it can be made again without the scores.
        put_report(folder, make_report_files(folder))
    return summary


def _write_records(folder: Path, candidates: Candidates, decisions: Decisions, summary: AuditSummary) -> None:
    write_decisions(folder / DECISIONS, decisions)
    write_candidates(folder, candidates)
    write_whole(folder / SUMMARY, (summary.model_dump_json(indent=1) + "\n").encode())
