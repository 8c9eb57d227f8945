"""Compare methods of handwritten digit recognition, and regenerate the tables that people cite.

The public names are imported when they are first asked for, so that ``import hdr_bench`` costs next to nothing.
"""

from importlib import import_module

# Not from `typing`, in whose place a module in the working folder may be until `__main__` has put that folder last.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from hdr_bench.datasets import Dataset, list_datasets, load_dataset
    from hdr_bench.estimators import list_estimators, make_estimator
    from hdr_bench.experiments.planning.suite_file import load_suite
    from hdr_bench.experiments.runner import run_suite
    from hdr_bench.records.protocol import Protocol
    from hdr_bench.records.suite import Case, Reduced, Step, Suite
    from hdr_bench.reporting.comparisons.runs import compare_runs
    from hdr_bench.reporting.details import load_candidates, load_histories, load_predictions
    from hdr_bench.reporting.frame import load_results
    from hdr_bench.reporting.page.index import write_index
    from hdr_bench.reporting.report import write_report

__version__ = "0.2.0.dev1"
__all__ = ["Case", "Dataset", "Protocol", "Reduced", "Step", "Suite", "__version__", "compare_runs", "list_datasets",
           "list_estimators", "load_candidates", "load_dataset", "load_histories", "load_predictions", "load_results",
           "load_suite", "make_estimator", "run_suite", "write_index", "write_report"]  # fmt: skip


_HOMES = {
    "Dataset": "hdr_bench.datasets",
    "list_datasets": "hdr_bench.datasets",
    "load_dataset": "hdr_bench.datasets",
    "list_estimators": "hdr_bench.estimators",
    "make_estimator": "hdr_bench.estimators",
    "load_suite": "hdr_bench.experiments.planning.suite_file",
    "Case": "hdr_bench.records.suite",
    "Protocol": "hdr_bench.records.protocol",
    "Reduced": "hdr_bench.records.suite",
    "Step": "hdr_bench.records.suite",
    "Suite": "hdr_bench.records.suite",
    "run_suite": "hdr_bench.experiments.runner",
    "load_results": "hdr_bench.reporting.frame",
    "load_candidates": "hdr_bench.reporting.details",
    "load_histories": "hdr_bench.reporting.details",
    "load_predictions": "hdr_bench.reporting.details",
    "compare_runs": "hdr_bench.reporting.comparisons.runs",
    "write_index": "hdr_bench.reporting.page.index",
    "write_report": "hdr_bench.reporting.report",
}


def __getattr__(name: str) -> "Any":
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
