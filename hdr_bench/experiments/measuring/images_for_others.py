"""Images attacked for a fitted method, on which other methods are evaluated; made in the method's process."""

from pathlib import Path

from hdr_bench.experiments.measuring.evaluation import attacked, load_test_set
from hdr_bench.experiments.measuring.memory import limited_memory
from hdr_bench.experiments.measuring.preparation import limit_from, prepare
from hdr_bench.experiments.measuring.process_state import seed_generators
from hdr_bench.experiments.messages import FIT, OnStage, Outcome, Stage, Task
from hdr_bench.records.environment import Environment, utc_now
from hdr_bench.records.made_images import MadeImageFiles
from hdr_bench.records.result import Result


def make_images_for_others(task: Task, folder: Path | None, machine: Environment, on_stage: OnStage) -> Outcome:
    """Fit a trial's method and write images attacked for it; to be called in its own process.

    Parameters
    ----------
    task : Task
        Task with the test sets whose images to make.
    folder : Path or None
        Folder of the data set, if it was stored for the trial.
    machine : Environment
        Description of the machine that this process runs on.
    on_stage : callable
        Called with each stage.

    Returns
    -------
    result : Result
        Without scores; not stored.
    predictions : None

    Raises
    ------
    HdrBenchError
        As for `prepare`, or if no attack can be made.
    """
    trial = task.trial
    prepared = prepare(task, folder, on_stage)
    model, dataset = prepared.model, prepared.dataset
    files = MadeImageFiles(Path(task.made_in))
    seed_generators(trial.seed)
    on_stage(limit_from(FIT))
    with limited_memory(trial.memory_limit):
        model.fit(dataset.train.X, dataset.train.y)
        for place, each in enumerate(task.makes, start=1):
            on_stage(Stage("attack", place, len(task.makes)))
            source, part = load_test_set(each, dataset.class_names, task.folders)
            files.write(each.recipe, attacked(model, source, part, each))
    return Result(key=trial.key, trial=trial, status="ok", finished=utc_now(), environment=machine), None
