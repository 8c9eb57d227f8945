"""Models that a run would save: their number and approximate size, and whether the disk has space for them."""

import shlex
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from hdr_bench.exceptions import StoreError
from hdr_bench.experiments.planning.models import make_model
from hdr_bench.experiments.planning.planned_case import PlannedCase
from hdr_bench.experiments.planning.schedule import Schedule
from hdr_bench.models.size_estimate import TrainingSize, estimate_file_size
from hdr_bench.names import visible
from hdr_bench.records.options import RunOptions, run_command
from hdr_bench.records.quantities import format_bytes
from hdr_bench.records.store import Store
from hdr_bench.records.text import pluralize
from hdr_bench.records.trial import Trial


@dataclass(frozen=True)
class ExpectedModels:
    """Models of a case to save.

    Attributes
    ----------
    case : str
    count : int
    n_bytes : int or None
        Approximate total size; None if unknown.
    """

    case: str
    count: int
    n_bytes: int | None


def model_command(options: RunOptions, origin: str) -> str:
    """Return the command to record in the cards of a run's models.

    Parameters
    ----------
    options : RunOptions
    origin : str
        Name or path under which the suite was requested; empty for one created in code.

    Returns
    -------
    command : str
        Empty for a suite created in code.

    Examples
    --------
    >>> model_command(RunOptions(samples=500, threads=1, only="*SVM*", keep_models=True), "quick")
    "hdr-bench run quick --samples 500 --threads 1 --only '*SVM*' --keep-models"
    """
    chosen = "" if options.only is None else f" --only {shlex.quote(options.only)}"
    return f"{run_command(origin, options.settings)}{chosen} --keep-models" if origin else ""


def expected_models(schedule: Schedule) -> tuple[ExpectedModels, ...]:
    """Return the models that the pending trials would save, case by case.

    Parameters
    ----------
    schedule : Schedule

    Returns
    -------
    expected : tuple of ExpectedModels
    """
    due: dict[str, list[Trial]] = {}
    for trial in schedule.to_run:
        due.setdefault(trial.case, []).append(trial)
    cases = {case.case.name: case for case in schedule.cases}
    return tuple(_expected(cases[name], trials) for name, trials in due.items())


def describe_expected_models(expected: Iterable[ExpectedModels], folder: Path) -> Iterator[str]:
    """Yield the lines that list the models that a run would save.

    Parameters
    ----------
    expected : iterable of ExpectedModels
    folder : Path
        Folder of the run.

    Yields
    ------
    line : str
    """
    listed = tuple(expected)
    if not listed:
        return
    known = sum(each.n_bytes or 0 for each in listed)
    unknown = sum(each.count for each in listed if each.n_bytes is None)
    rest = f", and {pluralize(unknown, 'model')} of unknown size" if unknown else ""
    count = pluralize(sum(each.count for each in listed), "model")
    yield f"{count} to save in {visible(str(folder / 'models'))}: about {format_bytes(known)}{rest}"
    for each in listed:
        size = "unknown size" if each.n_bytes is None else f"about {format_bytes(each.n_bytes)}"
        yield f"  {each.case}: {pluralize(each.count, 'model')}, {size}"


def check_room(schedule: Schedule, options: RunOptions, store: Store) -> None:
    """Check that the disk has space for the models to save, as far as their size is known.

    Parameters
    ----------
    schedule : Schedule
    options : RunOptions
    store : Store

    Raises
    ------
    StoreError
        If the disk does not have enough space.
    """
    if not options.keep_models:
        return
    needed = sum(each.n_bytes or 0 for each in expected_models(schedule))
    folder = store.folder.absolute()
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise StoreError(
            f"the models to save take about {format_bytes(needed)}, but {visible(str(folder))} has "
            f"{format_bytes(free)} free; choose another folder with --out, fewer cases with --only, or run without "
            "--keep-models"
        )


def _expected(case: PlannedCase, trials: list[Trial]) -> ExpectedModels:
    sizes = [_size(case, trial) for trial in trials]
    known = [size for size in sizes if size is not None]
    return ExpectedModels(case.case.name, len(trials), sum(known) if len(known) == len(sizes) else None)


def _size(case: PlannedCase, trial: Trial) -> int | None:
    height, width = case.dataset.image_shape
    n_samples = trial.samples or len(case.dataset.train)
    size = TrainingSize(n_samples, height * width, len(case.dataset.class_names))
    return estimate_file_size(make_model(trial, case.pickled), size)
