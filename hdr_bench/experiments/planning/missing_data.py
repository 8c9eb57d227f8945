"""Data that a run would fetch before its first trial."""

import warnings
from collections.abc import Iterator

from hdr_bench.datasets.fetch_log import FetchRefusedError, refuse_fetches
from hdr_bench.exceptions import DatasetWarning, HdrBenchError
from hdr_bench.experiments.planning.trial_data import is_dotted_path, load_choice
from hdr_bench.records.protocol import DatasetChoice
from hdr_bench.records.suite import Suite


def find_fetches(suite: Suite, dataset: str | None = None) -> list[FetchRefusedError]:
    """Return which of a suite's data sets a run would fetch; nothing is fetched.

    Parameters
    ----------
    suite : Suite
    dataset : str, optional
        The data set that the run was given in place of the suite's.

    Returns
    -------
    fetches : list of FetchRefusedError
        One for each data set, which names it and where it would come from.
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
            # What is wrong with it is said when the run is planned.
            continue
    return list(found.values())


def _choices(suite: Suite, dataset: str | None) -> Iterator[DatasetChoice]:
    if dataset:
        yield DatasetChoice(name=dataset)
    else:
        yield from (case.dataset or suite.dataset for case in suite.cases)
    yield from (test_set.dataset for test_set in suite.test_sets if test_set.dataset is not None)
