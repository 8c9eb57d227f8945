"""The command `evaluate`, which evaluates fitted models on data sets that they did not learn from."""

import warnings
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from hdr_bench.cli.completion import complete_dataset
from hdr_bench.cli.errors import ExitCode

if TYPE_CHECKING:
    from hdr_bench.experiments.model_evaluation import NamedModel
    from hdr_bench.records.protocol import DatasetChoice


class Format(StrEnum):
    """Formats of the output."""

    text = "text"
    json = "json"
    csv = "csv"


class Images(StrEnum):
    """Images of a data set to evaluate models on."""

    test = "test"
    all = "all"


def evaluate(
    models: Annotated[
        list[str],
        typer.Argument(
            metavar="MODEL...",
            help="Model files, or MODULE:FUNCTION with --trust: a function without arguments that returns a model.",
        ),
    ],
    datasets: Annotated[
        list[str],
        typer.Option(
            "--dataset",
            metavar="NAME",
            help="Data set to evaluate on; may be given several times.",
            autocompletion=complete_dataset,
        ),
    ],
    classes: Annotated[
        str | None, typer.Option(metavar="NAME,...", help="Classes to keep, separated by commas.")
    ] = None,
    fit: Annotated[
        str | None, typer.Option(metavar="FORM", help="Convert each image to the form of this data set: mnist.")
    ] = None,
    part: Annotated[
        Images, typer.Option(help="The test part, or all images of data that no model learned from.")
    ] = Images.test,
    allow_overlap: Annotated[
        bool, typer.Option("--allow-overlap", help="Include images that a model learned from; the output counts them.")
    ] = False,
    trust: Annotated[
        bool, typer.Option("--trust", help="Run code contained in a model; only if you trust its author.")
    ] = False,
    output_format: Annotated[Format, typer.Option("--format", help="Format of the output.")] = Format.text,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="File to write json or csv to (default: standard output).")
    ] = None,
) -> None:
    """Evaluate fitted models on data sets: accuracy, the drop from the score on the model's card, and paired tests.

    If a model cannot be evaluated on a data set, or learned from its images, the other evaluations continue and the
    exit code is 3. If no data set is available, or the models learned from all the images, the exit code is 2.
    """
    if out is not None and output_format is Format.text:
        raise typer.BadParameter("--out needs json or csv; give --format json or --format csv, or omit --out")
    kept = None if classes is None else tuple(each.strip() for each in classes.split(","))
    choices = [_choice(name, kept, fit) for name in datasets]
    _evaluate_and_print(_load_models(models, trust), choices, part, allow_overlap, output_format, out)


def _choice(name: str, classes: tuple[str, ...] | None, fit: str | None) -> "DatasetChoice":
    from hdr_bench.records.protocol import DatasetChoice

    # A choice reports its own faults only as part of a suite.
    return DatasetChoice(name=name, classes=classes, fit=cast("Any", fit))


def _load_models(specs: list[str], trust: bool) -> "list[NamedModel]":
    from hdr_bench.experiments.model_evaluation import NamedModel, short_names
    from hdr_bench.models import describe_estimator, load_card
    from hdr_bench.models.reader_model import load_reader_model

    different, models = list(dict.fromkeys(specs)), []
    for name, spec in zip(short_names(different), different, strict=True):
        estimator = load_reader_model(spec, trust=trust)
        models.append(
            NamedModel(name, estimator, load_card(spec) if Path(spec).exists() else describe_estimator(estimator))
        )
    return models


def _evaluate_and_print(
    models: "list[NamedModel]",
    choices: "list[DatasetChoice]",
    part: Any,
    allow_overlap: bool,
    output_format: Format,
    out: Path | None,
) -> None:
    from hdr_bench.cli.evaluation_output import evaluations_csv, evaluations_json, print_evaluations
    from hdr_bench.cli.output import make_console
    from hdr_bench.cli.streams import say
    from hdr_bench.exceptions import DatasetWarning
    from hdr_bench.experiments.model_evaluation import evaluate_models
    from hdr_bench.files import write_whole
    from hdr_bench.reporting.comparisons.evaluated_models import evaluations_frame, model_pairs_frame

    with warnings.catch_warnings():
        if output_format is Format.text:
            # The notes below the table contain them.
            warnings.simplefilter("ignore", DatasetWarning)
        evaluated = evaluate_models(models, choices, part=part, allow_overlap=allow_overlap)
    frame, pairs = evaluations_frame(evaluated), model_pairs_frame(evaluated)
    if output_format is Format.text:
        print_evaluations(frame, pairs, make_console())
    else:
        text = evaluations_json(frame, pairs) if output_format is Format.json else evaluations_csv(frame)
        if out is None:
            say(text.rstrip("\n"))
        else:
            write_whole(out, text.encode())
            say(f"evaluations: {out}")
    if (frame["problem"] != "").any():
        raise typer.Exit(ExitCode.TRIALS_FAILED)
