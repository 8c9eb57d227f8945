"""Test set images made before the trials of a run: corrupted images, and images attacked for another case."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from hdr_bench.datasets import Dataset
from hdr_bench.exceptions import HdrBenchError, StoreError
from hdr_bench.experiments.measuring.memory import is_out_of_memory
from hdr_bench.experiments.messages import Progress, Task
from hdr_bench.experiments.planning.case_test_sets import source_trial
from hdr_bench.experiments.planning.corrupted_images import corrupt_images
from hdr_bench.experiments.planning.other_images import part_of, sample_of
from hdr_bench.experiments.planning.planned_case import PlannedCase
from hdr_bench.experiments.planning.schedule import Schedule
from hdr_bench.experiments.processes.host_pool import ignore_stage, run_attempts
from hdr_bench.names import abbreviate
from hdr_bench.records.evaluations import TrialTestSet
from hdr_bench.records.failures import describe_failure
from hdr_bench.records.made_images import MadeImageFiles, MadeImages
from hdr_bench.records.store import Store


@dataclass(frozen=True, eq=False)
class _Wanted:
    """Images needed by trials, and the data set that they come from."""

    test_set: TrialTestSet
    dataset: Dataset


def make_images(
    schedule: Schedule, store: Store, folders: Mapping[str, str], progress: Progress
) -> dict[str, MadeImages]:
    """Make the images that the trials of a schedule need and that are not stored yet.

    Parameters
    ----------
    schedule : Schedule
    store : Store
        Of the run's folder, in which images are stored and later runs find them.
    folders : mapping of str to str
        Folders of data sets made in code, by fingerprint.
    progress : Progress
        Notified of what is being made.

    Returns
    -------
    images : dict of str to MadeImages
        By the recipe of the test set; images that could not be made have a problem instead.

    Raises
    ------
    StoreError
        If the images cannot be written.
    """
    files = store.made_images
    wanted = _wanted(schedule)
    made = {recipe: found for recipe in wanted if (found := files.find(recipe)) is not None}
    missing = {recipe: each for recipe, each in wanted.items() if recipe not in made}
    for recipe, each in missing.items():
        if each.test_set.corruption is not None:
            progress.prepare(f"making {describe_making(each.test_set)}")
            made[recipe] = _corrupt(recipe, each, files)
    for name in dict.fromkeys(_source_of(each.test_set) for each in missing.values() if each.test_set.made_for):
        of_case = {recipe: each.test_set for recipe, each in missing.items() if _source_of(each.test_set) == name}
        progress.prepare(f"making {', '.join(map(describe_making, of_case.values()))} for {name}")
        problem = _attack(_case_called(schedule, name), (*of_case.values(),), store, folders)
        made |= {recipe: files.find(recipe) or MadeImages(problem=problem) for recipe in of_case}
    return made


def describe_making(test_set: TrialTestSet) -> str:
    """Describe in a few words what is done to a test set's images.

    Parameters
    ----------
    test_set : TrialTestSet

    Returns
    -------
    text : str
        Such as ``fog 3``.
    """
    if test_set.corruption is not None:
        return f"{test_set.corruption.name.replace('_', ' ')} {test_set.corruption.severity}"
    return "" if test_set.attack is None else f"{test_set.attack.name} {test_set.attack.eps:g}"


def _wanted(schedule: Schedule) -> dict[str, _Wanted]:
    cases = {case.case.name: case for case in schedule.cases}
    return {
        each.recipe: _Wanted(each, cases[trial.case].test_sets[each.name])
        for trial in schedule.to_run
        for each in trial.test_sets
        if each.is_made_before and each.fingerprint
    }


def _corrupt(recipe: str, wanted: _Wanted, files: MadeImageFiles) -> MadeImages:
    test_set, dataset = wanted.test_set, wanted.dataset
    corruption = test_set.corruption
    if corruption is None:
        raise HdrBenchError(f"test set {test_set.name!r} has no corruption")
    try:
        part = sample_of(part_of(dataset, test_set.part), test_set.samples)
        return files.write(recipe, corrupt_images(part.images, dataset, corruption.name, corruption.severity))
    except StoreError:
        raise
    except Exception as error:
        if is_out_of_memory(error):
            raise
        return MadeImages(problem=f"the images could not be made: {describe_failure(error)}")


def _attack(case: PlannedCase, test_sets: tuple[TrialTestSet, ...], store: Store, folders: Mapping[str, str]) -> str:
    """Fit a case's method in its own process, which writes images attacked for it; return the problem if it failed."""
    trial = source_trial(case.trials[0])
    task = Task(
        trial,
        case.pickled,
        folders.get(trial.fingerprint),
        folders=folders,
        makes=test_sets,
        made_in=str(store.folder.absolute()),
    )
    result, _ = run_attempts(task, ignore_stage)
    if result.status == "ok":
        return "the images could not be read after they were made"
    return f"the images could not be made for {case.case.name}, which failed: {abbreviate(result.error)}"


def _source_of(test_set: TrialTestSet) -> str:
    return test_set.attack.transfer_from if test_set.attack is not None and test_set.made_for else ""


def _case_called(schedule: Schedule, name: str) -> PlannedCase:
    return next(case for case in schedule.cases if case.case.name == name)


def arrays_of(images: Mapping[str, MadeImages], files: MadeImageFiles) -> Iterator[tuple[str, object]]:
    """Yield made images by fingerprint, memory-mapped, for workers on other machines.

    Parameters
    ----------
    images : mapping of str to MadeImages
    files : MadeImageFiles

    Yields
    ------
    fingerprint : str
    images : ndarray of shape (n, height, width)
    """
    for each in images.values():
        if each.fingerprint and (found := files.read(each.fingerprint)) is not None:
            yield each.fingerprint, found
