"""The command `run`, from a suite to a report."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from hdr_bench.cli.child_processes import end_child_processes
from hdr_bench.cli.completion import complete_suite
from hdr_bench.cli.errors import ExitCode
from hdr_bench.cli.fetch_messages import hide_fetches
from hdr_bench.cli.interruption import interruptible
from hdr_bench.cli.output import make_console
from hdr_bench.cli.report_output import write_and_print_report
from hdr_bench.cli.run_progress import make_progress
from hdr_bench.cli.streams import say
from hdr_bench.reporting import DEFAULT_FORMATS

if TYPE_CHECKING:
    from hdr_bench.datasets.fetch_log import FetchRefusedError
    from hdr_bench.experiments.runner import Plan
    from hdr_bench.records.trial import Trial


@end_child_processes()
def run(
    suite: Annotated[
        str,
        typer.Argument(
            metavar="SUITE", help="A suite's name, or the path of a TOML file.", autocompletion=complete_suite
        ),
    ],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="List the trials; run and fetch nothing.")] = False,
    estimate: Annotated[
        bool,
        typer.Option(
            "--estimate",
            help="Estimate the cost from fits on a few images, and run nothing else. Exit code 3 if that fails.",
        ),
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Do not show progress.")] = False,
    **options: Any,
) -> None:
    """Run a suite, print its table and write its report. Stored trials are not run again.

    Exit code 3 if a trial failed (with --only, a trial of the selected cases); the report is still written. With
    --estimate, exit code 3 if a case has no estimate.
    """
    if dry_run and estimate:
        raise typer.BadParameter(
            "--estimate fits each method on a few images, and --dry-run runs nothing; give one of them"
        )
    if quiet:
        hide_fetches()
    plan = _plan_without_fetching(suite, options) if dry_run else _plan(suite, options)
    if plan is None:
        return
    for line in (*_thread_warnings(plan.settings.threads), *plan.remarks, *plan.code_changes, *_models(plan)):
        say(line, is_error=True)
    if dry_run:
        _print_plan(plan)
        return
    with interruptible():
        if estimate:
            _print_estimate(plan, make_progress(is_quiet=quiet))
            return
        if not (plan.to_run or plan.remarks or quiet):
            _say_that_all_is_stored(plan)
        plan.execute(make_progress(is_quiet=quiet))
        write_and_print_report(plan.folder, DEFAULT_FORMATS, plan.options.only)


def _plan(suite: str, options: dict[str, Any]) -> "Plan":
    from hdr_bench.garbage_collection import pause_collection

    # Importing scikit-learn and scipy allocates many objects, none of which is garbage.
    with pause_collection():
        from hdr_bench.experiments.planning.suite_file import read_suite
        from hdr_bench.experiments.planning.user_code import describe_user_code
        from hdr_bench.experiments.runner import plan_suite
        from hdr_bench.records.options import RunOptions
        from hdr_bench.reporting.report_place import check_report_place

    chosen = RunOptions(**options)
    read = read_suite(suite)
    # Before importing any of it.
    for line in describe_user_code(read):
        say(line, is_error=True)
    with end_child_processes():
        plan = plan_suite(read, chosen, origin=suite)
    check_report_place(plan.folder)
    return plan


def _plan_without_fetching(suite: str, options: dict[str, Any]) -> "Plan | None":
    """Return the plan of a run; None if data would have to be fetched, which is then reported instead."""
    from hdr_bench.datasets.fetch_log import FetchRefusedError, refuse_fetches

    try:
        with refuse_fetches():
            return _plan(suite, options)
    except FetchRefusedError as refused:
        _print_fetches(suite, options.get("dataset"), refused)
        return None


def _print_fetches(suite: str, dataset: str | None, refused: "FetchRefusedError") -> None:
    from hdr_bench.experiments.planning.missing_data import find_fetches
    from hdr_bench.experiments.planning.suite_file import read_suite

    # Data requested by user code are not found through the suite's names.
    fetches = find_fetches(read_suite(suite), dataset) or [refused]
    for each in fetches:
        say(f"{each.name} is not on disk: a run would first fetch it from {each.source}")
    commands = "; ".join(f"hdr-bench data fetch {each.name}" for each in fetches)
    say(f"To list the trials, fetch it first: {commands}. To see what the suite contains: hdr-bench show {suite}")


def _models(plan: "Plan") -> list[str]:
    """Return the lines on the models to save, and on how to save those of stored trials."""
    from hdr_bench.experiments.planning.expected_models import describe_expected_models, expected_models
    from hdr_bench.records.text import pluralize

    if not plan.options.keep_models:
        return []
    lines = list(describe_expected_models(expected_models(plan), plan.folder))
    due = {id(trial) for trial in plan.to_run}
    stored = [trial for trial in plan.trials if id(trial) not in due]
    without = sum(not any(map(plan.store.models.is_settled, trial.keys())) for trial in stored)
    if without:
        lines.append(
            f"{pluralize(without, 'trial')} stored without a model; to fit them again and save it: --keep-models "
            "--rerun without-model"
        )
    return lines


def _thread_warnings(threads: int) -> list[str]:
    """Return a warning if a trial has more threads than there are cores, which slows it down."""
    from hdr_bench.records.environment import available_cores
    from hdr_bench.records.text import pluralize

    cores = available_cores()
    if threads <= cores:
        return []
    return [
        f"warning: --threads {threads:,} on {pluralize(cores, 'core')}: threads compete for cores, and times increase"
    ]


def _print_estimate(plan: "Plan", progress: Any) -> None:
    """Estimate the cost of a run and print it; exit with its own code if a case has no estimate."""
    from hdr_bench.cli.estimate_table import print_estimate
    from hdr_bench.experiments.estimate import estimate_plan
    from hdr_bench.experiments.forecast.estimate_record import check_estimate_file, write_estimate

    check_estimate_file(plan.folder)
    estimate = estimate_plan(plan, progress)
    # Written first, so that long fits are not lost if the file cannot be written.
    print_estimate(estimate, plan, make_console())
    if plan.to_run:
        write_estimate(plan.folder, estimate)
    if estimate.n_unknown:
        raise typer.Exit(ExitCode.TRIALS_FAILED)


def _print_plan(plan: "Plan") -> None:
    from hdr_bench.experiments.progress import describe_trial

    # By identity: computing a key means hashing the entire trial.
    due = {id(trial) for trial in plan.to_run}
    for trial in plan.trials:
        state = f"to run{_fits_stored(plan, trial)}" if id(trial) in due else "stored"
        say(f"{describe_trial(trial)}, {trial.dataset.name}: {state}")
    for trial in plan.conditional:
        say(f"{describe_trial(trial)}, {trial.dataset.name}: conditional, {_condition(plan, trial)}")
    further = f", {len(plan.conditional)} more are conditional" if plan.conditional else ""
    say(f"{len(plan.to_run)} of {len(plan.trials)} trials to run{further}")


def _condition(plan: "Plan", trial: "Trial") -> str:
    """Describe when a conditional trial runs."""
    if trial.case in {study.chosen_name for study in plan.suite.studies}:
        return "for the level that is chosen"
    if trial.held_out is not None:
        return "if the study's difference needs more seeds"
    return "if the first seeds differ much"


def _fits_stored(plan: "Plan", trial: "Trial") -> str:
    """Describe how many fits of a grid search are stored; empty for any other trial."""
    if trial.search is None:
        return ""
    search = plan.searches[trial.key]
    return f", {search.n_fits - search.n_missing:,} of {search.n_fits:,} fits stored"


def _say_that_all_is_stored(plan: "Plan") -> None:
    from hdr_bench.cli.estimate_table import all_trials_are

    again = "it" if len(plan.trials) == 1 else "them"
    say(f"{all_trials_are(len(plan.trials)).capitalize()} already stored; to run {again} again: --rerun all or failed")
    records = [plan.store.read(trial.key) for trial in plan.trials]
    days = sorted({record.finished[:10] for record in records})
    machines = dict.fromkeys(f"{record.environment.cpu}, {record.environment.cores} cores" for record in records)
    # So that nobody takes these times for those of today, or of this machine.
    say(f"measured: {' to '.join(dict.fromkeys((days[0], days[-1])))}, on {'; '.join(machines)}")
