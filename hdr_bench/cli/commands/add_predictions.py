"""The command `add-predictions`, which adds another program's predictions to a run."""

from pathlib import Path
from typing import Annotated

import typer

from hdr_bench.cli.interruption import REPORT, interruptible
from hdr_bench.cli.report_output import write_and_print_report
from hdr_bench.cli.streams import say
from hdr_bench.reporting import DEFAULT_FORMATS


def add_predictions(
    run_folder: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a run.")],
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="FILE...",
            help="CSV file with a label, or the probability of each class, for each test image; one file per seed.",
        ),
    ] = None,
    name: Annotated[str | None, typer.Option(metavar="NAME", help="Name of the method in tables.")] = None,
    dataset: Annotated[
        str | None, typer.Option(metavar="NAME", help="Data set whose test part was predicted, if the run has several.")
    ] = None,
    deterministic: Annotated[
        bool, typer.Option("--deterministic", help="The method is deterministic: another fit would predict the same.")
    ] = False,
    remove: Annotated[
        str | None, typer.Option(metavar="NAME", help="Remove the predictions added under this name.")
    ] = None,
) -> None:
    """Add another program's predictions to a run, and regenerate its report.

    They become a method in its tables, with accuracy, interval and paired tests, but without times. Running the suite
    again neither repeats nor removes them.
    """
    if fault := _find_fault(files or [], name, remove):
        raise typer.BadParameter(
            f"{fault}. To add predictions, give FILE and --name NAME; to remove them, give only --remove NAME."
        )
    if remove is not None:
        _remove(run_folder, remove)
    else:
        _add(run_folder, files or [], name or "", dataset, deterministic)
    with interruptible(REPORT):
        write_and_print_report(run_folder, DEFAULT_FORMATS)


def _find_fault(files: list[Path], name: str | None, remove: str | None) -> str:
    """Return which arguments do not belong together; empty if they do."""
    given = [word for word, is_given in (("FILE", bool(files)), ("--name", name is not None)) if is_given]
    if remove is not None:
        return f"--remove with {' and '.join(given)}" if given else ""
    if len(given) == 1:
        return f"{given[0]} without {'--name' if files else 'FILE'}"
    return "" if given else "neither FILE nor --remove"


def _add(run_folder: Path, files: list[Path], name: str, dataset: str | None, deterministic: bool) -> None:
    from hdr_bench.experiments.added_predictions import add_predictions as add

    keys = add(run_folder, files, name, dataset=dataset, is_deterministic=deterministic)
    say(f"added: {name} (predictions of {len(keys)} {'file' if len(keys) == 1 else 'files'})")


def _remove(run_folder: Path, name: str) -> None:
    from hdr_bench.experiments.added_predictions import remove_predictions

    count = remove_predictions(run_folder, name)
    say(f"removed: {name} (predictions of {count} {'file' if count == 1 else 'files'})")
