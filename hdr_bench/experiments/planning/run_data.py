"""Data sets of a run, including those created in code, which its trials cannot load by name."""

from collections.abc import Iterator

from hdr_bench.datasets import Dataset
from hdr_bench.experiments.planning.schedule import Schedule
from hdr_bench.records.given_labels import AS_GIVEN, OWN_TEST_PART


def datasets_of(schedule: Schedule) -> dict[str, Dataset]:
    """Return every data set that a trial of a run needs.

    Parameters
    ----------
    schedule : Schedule

    Returns
    -------
    datasets : dict of str to Dataset
        By fingerprint, including those of the test sets.
    """
    return {each.fingerprint: each for case in schedule.cases for each in (case.dataset, *case.test_sets.values())}


def datasets_made_in_code(schedule: Schedule) -> dict[str, Dataset]:
    """Return the data sets of a run that were created in code.

    Parameters
    ----------
    schedule : Schedule

    Returns
    -------
    datasets : dict of str to Dataset
        By fingerprint.
    """
    return {dataset.fingerprint: dataset for dataset in _made_in_code(schedule)}


def _made_in_code(schedule: Schedule) -> Iterator[Dataset]:
    suite = schedule.suite
    made = {each.name for each in suite.test_sets if each.dataset is not None and each.dataset.given is not None}
    given = made | {f"{name}{AS_GIVEN}" for name in made}
    for case in schedule.cases:
        if schedule.settings.dataset is None and (case.case.dataset or suite.dataset).given is not None:
            yield case.dataset
            yield from (dataset for name, dataset in case.test_sets.items() if name == f"{OWN_TEST_PART}{AS_GIVEN}")
        yield from (dataset for name, dataset in case.test_sets.items() if name in given)
