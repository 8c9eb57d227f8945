"""The command `fit`: a method fitted on a data set, and kept as a model file."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from hdr_bench.cli.completion import complete_dataset, complete_estimator, complete_transformer


class Format(StrEnum):
    """Formats of a model."""

    hdrm = "hdrm"
    onnx = "onnx"


def fit(
    method: Annotated[
        str,
        typer.Argument(
            metavar="METHOD",
            help="A method's name, as `hdr-bench list estimators` has it, or the dotted path of a classifier.",
            autocompletion=complete_estimator,
        ),
    ],
    *,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The model file, e.g. cnn.hdrm.")],
    dataset: Annotated[
        str, typer.Option(metavar="NAME", help="The data set.", autocompletion=complete_dataset)
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
            help="A transformer before the method; may be given several times, in their order.",
            autocompletion=complete_transformer,
        ),
    ] = None,
    samples: Annotated[
        int | None, typer.Option(min=2, help="Number of training images (stratified subsample; default: all).")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="The seed.")] = 0,
    threads: Annotated[int | None, typer.Option(min=1, help="Threads per pool (default: all cores).")] = None,
    format_: Annotated[
        Format, typer.Option("--format", help="A model file of hdr-bench, or ONNX for other programs.")
    ] = Format.hdrm,
    trust: Annotated[
        bool,
        typer.Option(
            "--trust", help="Keep what only pickle can hold as a pickle: whoever loads that file must trust it."
        ),
    ] = False,
) -> None:
    """Fit a method on a data set's training part, evaluate it on the test part, and keep the model in a file.

    The file has a card that says what the model is, what it learned from and how good it is; `hdr-bench model show`
    prints it. Equal fits, with equal --threads, make equal files. A file of that name is replaced if it is a model
    file. For images of 28x28 pixels a copy of the method is fitted to five sixths of them as well, which tells how sure
    the model may be when it reads pictures.
    """
    from hdr_bench.cli.card_text import print_card
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
    fitted = fit_model(
        request, lambda model: chosen.check(model, out, trust), lambda stage: say(f"{stage} ...", is_error=True)
    )
    chosen.write(fitted.model, fitted.card, out, trust)
    print_card(fitted.card, out)
