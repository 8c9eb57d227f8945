"""The command `predict`, which writes a model's labels for images as a CSV file."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hdr_bench.cli.completion import complete_dataset
from hdr_bench.cli.output import read_shape
from hdr_bench.cli.streams import say

if TYPE_CHECKING:
    from hdr_bench.models import ModelCard


class Polarity(StrEnum):
    """Polarities of images."""

    light_on_dark = "light-on-dark"
    dark_on_light = "dark-on-light"


class Form(StrEnum):
    """Forms that images can be converted to."""

    mnist = "mnist"


def predict(
    model: Annotated[
        str,
        typer.Argument(
            metavar="MODEL",
            help="Model file, as written by `hdr-bench fit`, or MODULE:FUNCTION with --trust: a function without "
            "arguments that returns a model.",
        ),
    ],
    data: Annotated[
        str,
        typer.Argument(
            metavar="DATA",
            help="CSV file of pixels, folder of pictures, .npz or IDX file of images, or name of a data set.",
            autocompletion=complete_dataset,
        ),
    ],
    *,
    out: Annotated[Path, typer.Option("--out", metavar="FILE.csv", help="CSV file to write the predictions to.")],
    probabilities: Annotated[
        bool,
        typer.Option(
            "--probabilities",
            help="Also write the probability of each label, calibrated if the card has a temperature.",
        ),
    ] = False,
    resize: Annotated[str | None, typer.Option(metavar="HEIGHTxWIDTH", help="Resize pictures to this size.")] = None,
    polarity: Annotated[
        Polarity | None, typer.Option(help="Convert each image to this polarity; MNIST is light on dark.")
    ] = None,
    fit: Annotated[
        Form | None, typer.Option(help="Convert each image, of any size and polarity, to MNIST's form.")
    ] = None,
    trust: Annotated[
        bool, typer.Option("--trust", help="Run code contained in a model; only if you trust its author.")
    ] = False,
) -> None:
    """Predict the labels of images, and write them as a CSV file.

    For images in a table or an array, and for the test part of a data set, the file has the format of a Kaggle
    submission (`ImageId,Label`, counted from 1). For pictures it has the name of each file (`file,label`).
    """
    from hdr_bench.datasets.unlabelled import read_unlabelled, to_one_polarity
    from hdr_bench.models import load_reader_model
    from hdr_bench.models.predicting import (
        check_replaceable,
        describe_calibration,
        predict_labels,
        predict_probabilities,
        write_answers,
    )

    check_replaceable(out)
    estimator, card = load_reader_model(model, trust=trust), _card_of(model)
    read = read_unlabelled(data, read_shape(resize)[1:] if resize else None, fit.value if fit else None)
    if polarity is not None:
        read = to_one_polarity(read, polarity.value)
    class_names, image_shape, reading = (card.classes, card.image_shape, card.reading) if card else ((), None, None)
    if probabilities:
        answers = predict_probabilities(estimator, read.images, class_names, image_shape, reading)
    else:
        answers = predict_labels(estimator, read.images, class_names, image_shape)
    write_answers(out, read.heading, read.names, answers)
    say(f"{len(read.names):,} images predicted by {card.method.name if card else model}: {out}")
    for note in (*read.notes, *([describe_calibration(reading)] if probabilities else [])):
        say(f"note: {note}")


def _card_of(model: str) -> "ModelCard | None":
    """Return the card of a model file; None for a user's function."""
    from hdr_bench.models import load_card

    return load_card(model) if Path(model).exists() else None
