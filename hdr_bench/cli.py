"""The command ``hdr-bench``: it parses, calls the library and prints. Heavy imports wait for the command."""

import os
import re
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from hdr_bench.exceptions import HdrBenchError, NotationError, suggestion

if TYPE_CHECKING:
    from rich.console import Console

    from hdr_bench.experiments.runner import Plan

app = typer.Typer(
    help="Compare methods of handwritten digit recognition, and regenerate the tables that people cite.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
data = typer.Typer(help="List, fetch and add data sets.", no_args_is_help=True)
app.add_typer(data, name="data")

EXIT_ERROR, EXIT_INTERRUPTED = 1, 130


class Listing(StrEnum):
    """What `list` lists."""

    suites = "suites"
    estimators = "estimators"
    datasets = "datasets"


class Rerun(StrEnum):
    """Which trials `run` runs."""

    missing = "missing"
    failed = "failed"
    all = "all"


def main() -> NoReturn:
    """Run the command; the library's errors become a line on standard error and exit code 1."""
    try:
        app()
    except HdrBenchError as error:
        _console(stderr=True).print(f"hdr-bench: {error}", markup=False, highlight=False, soft_wrap=True)
        sys.exit(EXIT_ERROR)
    except BrokenPipeError:
        # Whoever read the output, e.g. `head`, has had enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(EXIT_ERROR)
    sys.exit(0)


@app.callback(invoke_without_command=True)
def _version(version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False) -> None:
    if version:
        from hdr_bench import __version__

        typer.echo(f"hdr-bench {__version__}")
        raise typer.Exit


@app.command("list")
def list_(what: Annotated[Listing | None, typer.Argument(help="One list only.")] = None) -> None:
    """List suites, estimators and data sets."""
    for listing in [what] if what else list(Listing):
        _print_pairs(str(listing), _listed(listing))


@app.command()
def show(
    what: Annotated[str, typer.Argument(metavar="SUITE_OR_LAYERS", help="A suite, or a network's layers.")],
    image: Annotated[str, typer.Option(help="For layers: the image, [CHANNELSx]HEIGHTxWIDTH.")] = "28x28",
    classes: Annotated[int, typer.Option(help="For layers: units of the output layer.")] = 10,
) -> None:
    """Show what a suite would run, or a network layer by layer."""
    from hdr_bench.experiments.suite_file import list_suites, load_suite

    if what in list_suites() or what.endswith(".toml"):
        _print_suite(load_suite(what))
    else:
        try:
            _print_layers(what, _shape(image), classes)
        except NotationError as error:
            hint = suggestion(what, list_suites())
            raise NotationError(f"{error}{hint}") from error


@app.command()
def run(
    suite: Annotated[str, typer.Argument(help="A suite's name, or the path of a TOML file.")],
    only: Annotated[str | None, typer.Option(metavar="PATTERN", help="Only cases that fit, e.g. 'SVM*'.")] = None,
    dataset: Annotated[str | None, typer.Option(metavar="NAME", help="In place of the suite's data set.")] = None,
    samples: Annotated[int | None, typer.Option(min=2, help="Train on so many images, stratified.")] = None,
    repeats: Annotated[int | None, typer.Option(min=1, help="Seeds for each random method.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="The first seed.")] = 0,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="The run's folder (default: reports/SUITE)."),
    ] = None,
    threads: Annotated[int | None, typer.Option(min=1, help="Of every thread pool (default: all cores).")] = None,
    full: Annotated[bool, typer.Option("--full", help="At full size what the suite reduces.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="List the trials; run nothing.")] = False,
    rerun: Annotated[Rerun, typer.Option(help="Which trials to run.")] = Rerun.missing,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress.")] = False,
) -> None:
    """Run a suite, print its table and write its report. What is there already is not run again."""
    from hdr_bench.experiments.progress import counted
    from hdr_bench.experiments.runner import default_folder, execute, make_plan, make_settings
    from hdr_bench.experiments.store import Store
    from hdr_bench.experiments.suite_file import load_suite

    loaded = load_suite(suite)
    settings = make_settings(dataset=dataset, samples=samples, repeats=repeats, seed=seed, threads=threads, full=full)
    store = Store(out or default_folder(loaded, settings))
    plan = make_plan(loaded, settings, store, only, rerun.value, origin=suite)
    if dry_run:
        _print_plan(plan)
        return
    if not plan.to_run and not quiet:
        typer.echo(f"All {counted(len(plan.trials))} are there already; to run them again: --rerun all or failed")
    try:
        execute(plan, store, _progress(quiet))
    except KeyboardInterrupt:
        typer.echo("interrupted; what is done is kept, the same command goes on from there", err=True)
        raise typer.Exit(EXIT_INTERRUPTED) from None
    _print_report(store.folder, ["html", "md", "latex", "csv"])


@app.command()
def report(
    run_folder: Annotated[Path, typer.Argument(metavar="RUN", help="A run's folder.")],
    formats: Annotated[str, typer.Option(help="Which of html, md, latex, csv.")] = "html,md,latex,csv",
) -> None:
    """Write the report of a run anew from its results."""
    _print_report(run_folder, [name.strip() for name in formats.split(",") if name.strip()])


@data.command("list")
def data_list() -> None:
    """List the data sets, and where data are kept."""
    from hdr_bench.datasets.home import data_home, prepared_home

    _print_pairs("datasets", _listed(Listing.datasets))
    typer.echo(f"data home: {data_home()}\nverified data: {prepared_home()}")


@data.command()
def fetch(name: Annotated[str, typer.Argument(help="A data set's name, e.g. mnist or openml:NAME.")]) -> None:
    """Read and verify a data set, and keep it ready for use."""
    from hdr_bench.datasets import fetch_dataset

    _print_dataset(fetch_dataset(name))


@data.command()
def add(
    name: Annotated[str, typer.Argument(help="What to call it.")],
    path: Annotated[Path, typer.Argument(help="A folder of IDX files or of pictures, or an .npz file.")],
    resize: Annotated[str | None, typer.Option(metavar="HEIGHTxWIDTH", help="Bring pictures to one size.")] = None,
    test_size: Annotated[float | None, typer.Option(help="Share of the test part, where there is none.")] = None,
    split_seed: Annotated[int, typer.Option(help="Seed of that cut.")] = 0,
) -> None:
    """Verify data of your own, and keep them under a name."""
    from hdr_bench.datasets import add_dataset

    size = _shape(resize)[1:] if resize else None
    _print_dataset(add_dataset(name, path, resize=size, test_size=test_size, split_seed=split_seed))


def _listed(listing: Listing) -> dict[str, str]:
    if listing is Listing.suites:
        from hdr_bench.experiments.suite_file import list_suites

        return list_suites()
    if listing is Listing.estimators:
        from hdr_bench.estimators import list_estimators

        return list_estimators()
    from hdr_bench.datasets import SCHEMES, list_datasets

    own = {f"{scheme}:…": "your own, by where they lie" for scheme in SCHEMES if scheme != "openml"}
    return {**list_datasets(), **own, "openml:…": "any data set of images at OpenML"}


def _console(stderr: bool = False) -> "Console":
    from rich.console import Console

    return Console(stderr=stderr)


def _progress(quiet: bool) -> Any:
    from hdr_bench.experiments.progress import BarProgress, LineProgress, NoProgress

    if quiet:
        return NoProgress()
    console = _console(stderr=True)
    return BarProgress(console) if console.is_terminal else LineProgress(console)


def _print_pairs(title: str, pairs: dict[str, str]) -> None:
    width = max(map(len, pairs), default=0)
    typer.echo("\n".join([f"{title}:", *(f"  {name:<{width}}  {text}" for name, text in pairs.items())]))


def _print_dataset(dataset: Any) -> None:
    height, width = dataset.image_shape
    typer.echo(
        f"{dataset.name}: {len(dataset.train):,} training and {len(dataset.test):,} test images of {height}x{width} "
        f"pixels ({dataset.train.images.dtype}), {len(dataset.class_names)} classes: {', '.join(dataset.class_names)}\n"
        f"SHA-256 {dataset.fingerprint}"
    )


def _print_suite(suite: Any) -> None:
    typer.echo(f"{suite.name}: {suite.title}\ndata set {suite.dataset.name}, protocol {suite.protocol.kind}")
    for case in suite.cases:
        params = ", ".join(f"{name}={value!r}" for name, value in case.params.items())
        steps = "".join(f"{step.name} -> " for step in case.steps)
        typer.echo(f"  {case.name}: {steps}{case.estimator}({params})")


def _print_layers(layers: str, shape: tuple[int, int, int], classes: int) -> None:
    from rich.table import Table

    from hdr_bench.estimators.notation import layer_table, parse_layers

    rows = layer_table(parse_layers(layers, classes), shape)
    table = Table("Token", "Layer", "Output shape", caption="MACs: multiply-accumulates for one image")
    for head in ("Parameters", "Buffers", "MACs"):
        table.add_column(head, justify="right")
    for row in rows:
        numbers = (row.parameters, row.buffers, row.multiply_accumulates)
        table.add_row(
            row.token, row.layer, "x".join(map(str, row.output_shape)), *(f"{number:,}" for number in numbers)
        )
    sums = (
        sum(values) for values in zip(*((r.parameters, r.buffers, r.multiply_accumulates) for r in rows), strict=True)
    )
    table.add_section()
    table.add_row("", "Total", "", *(f"{number:,}" for number in sums))
    _console().print(table)


def _print_plan(plan: "Plan") -> None:
    due = {trial.key for trial in plan.to_run}
    for trial in plan.trials:
        state = "to run" if trial.key in due else "there already"
        typer.echo(f"{trial.case}, seed {trial.seed}, {trial.dataset.name}: {state}")
    typer.echo(f"{len(plan.to_run)} of {len(plan.trials)} trials to run")


def _print_report(folder: Path, formats: list[str]) -> None:
    from hdr_bench.reporting.console import print_summary
    from hdr_bench.reporting.frame import load_results, summarise
    from hdr_bench.reporting.report import write_report

    written = write_report(folder, formats)
    results = load_results(folder)
    print_summary(summarise(results), _console())
    bad = int((results["status"] != "ok").sum())
    if bad:
        typer.echo(f"{bad} of {len(results)} trials did not go well; to run them again: --rerun failed")
    typer.echo(f"report: {written}")


def _shape(text: str) -> tuple[int, int, int]:
    """Read ``28x28`` or ``3x28x28`` as channels, height and width."""
    if not re.fullmatch(r"[1-9]\d*(x[1-9]\d*){1,2}", text):
        raise typer.BadParameter(f"{text!r} is no size; write HEIGHTxWIDTH, e.g. 28x28")
    *channels, height, width = map(int, text.split("x"))
    return (channels[0] if channels else 1, height, width)
