"""Data that a run would fetch before its first trial."""

import warnings
from collections.abc import Iterator

from hdr_bench.datasets.fetch_log import FetchRefusedError, refuse_fetches
from hdr_bench.exceptions import DatasetWarning, HdrBenchError
from hdr_bench.experiments.planning.trial_data import is_dotted_path, load_choice
from hdr_bench.records.protocol import DatasetChoice
from hdr_bench.records.suite import Suite


def find_fetches(suite: Suite, dataset: str | None = None) -> list[FetchRefusedError]:
    """Return the data sets of a suite that a run would fetch, without fetching them.

    Parameters
    ----------
    suite : Suite
    dataset : str, optional
        The data set given to the run instead of the suite's.

    Returns
    -------
    fetches : list of FetchRefusedError
        One per data set, with its name and where it would be fetched from.
    """
    found: dict[str, FetchRefusedError] = {}
    for choice in _choices(suite, dataset):
        if choice.given is not None or is_dotted_path(choice.name):
            continue
        try:
            with refuse_fetches(), warnings.catch_warnings(action="ignore", category=DatasetWarning):
                load_choice(choice)
        except FetchRefusedError as error:
            found[error.name] = error
        except HdrBenchError:
            # Its faults are reported when the run is planned.
            continue
    return list(found.values())


def _choices(suite: Suite, dataset: str | None) -> Iterator[DatasetChoice]:
    if dataset:
        yield DatasetChoice(name=dataset)
    else:
        yield from (case.dataset or suite.dataset for case in suite.every_case)
    yield from (test_set.dataset for test_set in suite.test_sets if test_set.dataset is not None)
