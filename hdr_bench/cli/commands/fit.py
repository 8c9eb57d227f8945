"""The command `fit`, which fits a method on a data set and saves the model."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from hdr_bench.cli.completion import complete_dataset, complete_estimator, complete_transformer


class Format(StrEnum):
    """Formats of a saved model."""

    hdrm = "hdrm"
    onnx = "onnx"


def fit(
    method: Annotated[
        str,
        typer.Argument(
            metavar="METHOD",
            help="Name of a method, as shown by `hdr-bench list estimators`, or dotted path of a classifier.",
            autocompletion=complete_estimator,
        ),
    ],
    *,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Model file to write, e.g. cnn.hdrm.")],
    dataset: Annotated[
        str, typer.Option(metavar="NAME", help="Data set to fit on.", autocompletion=complete_dataset)
    ] = "mnist",
    param: Annotated[
        list[str] | None,
        typer.Option("--param", metavar="NAME=VALUE", help="A parameter of the method; may be given several times."),
    ] = None,
    steps: Annotated[
        list[str] | None,
        typer.Option(
            "--steps",
            metavar="NAME",
            help="Transformer to apply before the method; may be given several times, in order.",
            autocompletion=complete_transformer,
        ),
    ] = None,
    samples: Annotated[
        int | None, typer.Option(min=2, help="Number of training images (stratified subsample; default: all).")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Random seed.")] = 0,
    threads: Annotated[int | None, typer.Option(min=1, help="Threads per pool (default: all cores).")] = None,
    format_: Annotated[
        Format, typer.Option("--format", help="hdr-bench model file, or ONNX for other programs.")
    ] = Format.hdrm,
    trust: Annotated[
        bool,
        typer.Option(
            "--trust", help="Allow a pickle if the model cannot be saved otherwise; loading the file needs --trust too."
        ),
    ] = False,
) -> None:
    """Fit a method on a data set's training part, evaluate it on the test part, and save the model.

    The file has a card that describes the model, its training data and its accuracy; `hdr-bench model show` prints it.
    Identical fits with the same --threads produce identical files. An existing file is replaced only if it is a model
    file. For images of 28x28 pixels, a copy of the method is also fitted to five sixths of them, and the rest calibrate
    the model's confidence for reading pictures.
    """
    from hdr_bench.cli.card_text import print_card
    from hdr_bench.cli.method_output import method_output
    from hdr_bench.cli.streams import say
    from hdr_bench.experiments.fitting import FitRequest, fit_model, read_params
    from hdr_bench.models.formats import FORMATS
    from hdr_bench.records.environment import available_cores

    request = FitRequest(
        method=method,
        dataset=dataset,
        params=read_params(param or ()),
        steps=tuple(name.strip() for text in steps or () for name in text.split(",")),
        samples=samples,
        seed=seed,
        threads=threads or available_cores(),
    )
    chosen = FORMATS[format_]
    with method_output():
        fitted = fit_model(
            request,
            lambda model: chosen.check(model, out, trust=trust),
            lambda stage: say(f"{stage} ...", is_error=True),
        )
    chosen.write(fitted.model, fitted.card, out, trust=trust)
    print_card(fitted.card, out)
