"""The commands `run` and `report`: from a suite to a report."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hdr_bench.cli.completing import complete_dataset, complete_suite
from hdr_bench.cli.errors import ExitCode
from hdr_bench.cli.fetching import hide_fetches
from hdr_bench.cli.interrupting import REPORT, interruptible
from hdr_bench.cli.matplotlib_folder import matplotlib_folder
from hdr_bench.cli.output import make_console
from hdr_bench.cli.started import nothing_left_running
from hdr_bench.cli.streams import say

if TYPE_CHECKING:
    from hdr_bench.experiments.planning.plan import Plan


class Rerun(StrEnum):
    """Which trials `run` runs."""

    missing = "missing"
    failed = "failed"
    all = "all"


class BackendChoice(StrEnum):
    """Where `run` runs trials."""

    sequential = "sequential"
    local = "local"
    loky = "loky"
    dask = "dask"


@nothing_left_running()
def run(
    suite: Annotated[
        str,
        typer.Argument(
            metavar="SUITE", help="A suite's name, or the path of a TOML file.", autocompletion=complete_suite
        ),
    ],
    only: Annotated[
        str | None, typer.Option(metavar="PATTERN", help="Only cases whose name fits, e.g. 'SVM*'.")
    ] = None,
    dataset: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="In place of the suite's data set.", autocompletion=complete_dataset),
    ] = None,
    samples: Annotated[
        int | None, typer.Option(min=2, help="Number of training images (stratified subsample).")
    ] = None,
    repeats: Annotated[int | None, typer.Option(min=1, help="Seeds per stochastic method.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="The first seed.")] = 0,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="The run's folder (default: reports/SUITE)."),
    ] = None,
    threads: Annotated[
        int | None, typer.Option(min=1, help="Threads per pool in each trial (default: all cores, shared among jobs).")
    ] = None,
    time_limit: Annotated[
        str | None, typer.Option(metavar="TIME", help="End a trial after this, e.g. 90s, 10min, 2h.")
    ] = None,
    memory_limit: Annotated[
        str | None, typer.Option(metavar="SIZE", help="End a trial that takes more than this, e.g. 500MB, 8GB.")
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Trials at a time; times that they disturb are marked.")] = 1,
    backend: Annotated[
        BackendChoice | None,
        typer.Option(help="Where trials run (default: local for several jobs; loky is its former name)."),
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Of a Dask cluster, e.g. tcp://HOST:8786.")
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Run at full size what the suite reduces.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="List the trials; run nothing.")] = False,
    estimate: Annotated[
        bool,
        typer.Option(
            "--estimate",
            help="Say what it would cost, after fits on a few images; run no more. Exit code 3 if that is not known.",
        ),
    ] = False,
    rerun: Annotated[Rerun, typer.Option(help="Which trials to run.")] = Rerun.missing,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress.")] = False,
) -> None:
    """Run a suite, print its table and write its report. What is stored already is not run again.

    Exit code 3 if a trial failed (with --only, of the cases that it chooses); the report is written all the same. With
    --estimate, if a case has no estimate.
    """
    from hdr_bench.experiments.planning.collector import pause_collector

    # The modules of scikit-learn and scipy are many objects, and none is garbage.
    with pause_collector():
        from hdr_bench.cli.estimating import all_are
        from hdr_bench.experiments.estimate import read_expected
        from hdr_bench.experiments.planning.code_changes import code_changes
        from hdr_bench.experiments.planning.options import make_settings
        from hdr_bench.experiments.planning.plan import make_plan
        from hdr_bench.experiments.planning.run_source import check_source
        from hdr_bench.experiments.planning.suite_file import check_suite, read_suite
        from hdr_bench.experiments.planning.user_code import describe_user_code
        from hdr_bench.experiments.processes.backends import make_crew
        from hdr_bench.experiments.runner import default_folder, execute
        from hdr_bench.records.run_folder import check_run_folder
        from hdr_bench.records.store import Store
        from hdr_bench.reporting.files.report_folder import check_report_place

    if dry_run and estimate:
        raise typer.BadParameter(
            "--estimate fits each method on a few images, and --dry-run runs nothing; give one of them"
        )
    if quiet:
        hide_fetches()
    crew = make_crew(backend.value if backend else None, jobs, scheduler)
    loaded = read_suite(suite)
    # Before any of it is imported.
    for line in describe_user_code(loaded):
        say(line, is_error=True)
    with nothing_left_running():
        check_suite(loaded, suite)
    settings = make_settings(
        dataset=dataset, samples=samples, repeats=repeats, seed=seed, threads=threads, full=full, jobs=jobs,
        time_limit=time_limit, memory_limit=memory_limit,
    )  # fmt: skip
    store = Store(out or default_folder(loaded, settings))
    check_run_folder(store.folder)
    check_source(store.folder, loaded.file)
    check_report_place(store.folder)
    plan = make_plan(loaded, settings, store, only, rerun.value, origin=suite)
    for line in (*_on_threads(settings.threads), *plan.remarks, *code_changes(plan.to_run, store)):
        say(line, is_error=True)
    if dry_run:
        _print_plan(plan)
        return
    with interruptible():
        if estimate:
            _print_estimate(plan, store.folder, _progress(quiet))
            return
        if not (plan.to_run or plan.remarks or quiet):
            again = "it" if len(plan.trials) == 1 else "them"
            say(f"{all_are(len(plan.trials)).capitalize()} there already; to run {again} again: --rerun all or failed")
        execute(plan, store, _progress(quiet), crew, read_expected(store.folder))
        _print_report(store.folder, ["html", "md", "latex", "csv"], only)


def report(
    run_folder: Annotated[Path, typer.Argument(metavar="RUN", help="A run's folder.")],
    formats: Annotated[
        str, typer.Option(help="Which of html, md, latex, csv; of the last report, others go.")
    ] = "html,md,latex,csv",
) -> None:
    """Write the report of a run again from its results, also from those that are committed.

    Exit code 3 if a trial failed or has no result; the report is written all the same, unless there is no result at
    all.
    """
    with interruptible(REPORT):
        _print_report(run_folder, [name.strip() for name in formats.split(",") if name.strip()])


def index(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A folder of reports.")] = Path("reports"),
) -> None:
    """Write the index of a folder of reports: suite, how many published figures are reproduced, time, machine.

    It is the folder's README.md; one that was written otherwise is not replaced.
    """
    from hdr_bench.reporting.page.index import write_index

    say(f"index: {write_index(folder)}")


def _on_threads(threads: int) -> list[str]:
    """Return a warning if a trial has more threads than there are cores, which wait for each other then."""
    from hdr_bench.records.environment import available_cores

    cores = available_cores()
    if threads <= cores:
        return []
    on = "1 core" if cores == 1 else f"{cores} cores"
    return [f"warning: --threads {threads:,} on {on}: threads wait for each other, and times grow"]


def _progress(quiet: bool) -> Any:
    from hdr_bench.experiments.progress import BarProgress, LineProgress, NoProgress

    if quiet:
        return NoProgress()
    console = make_console(stderr=True)
    return BarProgress(console) if console.is_terminal else LineProgress(console)


def _print_estimate(plan: "Plan", folder: Path, progress: Any) -> None:
    """Estimate what a run costs, and print it; end with an exit code of its own if a case has no estimate."""
    from hdr_bench.cli.estimating import print_estimate
    from hdr_bench.experiments.estimate import Estimate, check_estimate_file, estimate_plan, write_estimate

    check_estimate_file(folder)
    estimate = estimate_plan(plan, progress) if plan.to_run else Estimate((), {})
    # First: fits that took long are not lost if the file cannot be written.
    print_estimate(estimate, plan, make_console())
    if plan.to_run:
        write_estimate(folder, estimate)
    if estimate.n_unknown:
        raise typer.Exit(ExitCode.TRIALS_FAILED)


def _print_plan(plan: "Plan") -> None:
    from hdr_bench.experiments.progress import described

    # The same objects: a key is a hash of all that a trial is made of.
    due = {id(trial) for trial in plan.to_run}
    for trial in plan.trials:
        state = "to run" if id(trial) in due else "stored"
        say(f"{described(trial)}, {trial.dataset.name}: {state}")
    for trial in plan.conditional:
        say(f"{described(trial)}, {trial.dataset.name}: conditional, if the first seeds differ much")
    further = f", {len(plan.conditional)} more conditional" if plan.conditional else ""
    say(f"{len(plan.to_run)} of {len(plan.trials)} trials to run{further}")


def _print_report(folder: Path, formats: list[str], only: str | None = None) -> None:
    """Write a run's report and print its table; end with an exit code of its own if a chosen trial has no result."""
    from hdr_bench.cli.closing import print_closing
    from hdr_bench.reporting.console import print_run
    from hdr_bench.reporting.report import write_report
    from hdr_bench.reporting.run import RunContents

    with matplotlib_folder():
        written = write_report(folder, formats)
    contents = RunContents(folder)
    print_run(contents, make_console())
    code = print_closing(contents.results, only)
    say(f"report: {written}")
    if code:
        raise typer.Exit(code)
