"""The commands `data`, which list, show, fetch, add and remove data sets."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from hdr_bench.cli.completion import complete_dataset
from hdr_bench.cli.data_listing import describe_datasets, describe_places, describe_stored
from hdr_bench.cli.output import make_console, read_shape
from hdr_bench.cli.streams import say
from hdr_bench.records.quantities import format_bytes

if TYPE_CHECKING:
    from hdr_bench.datasets import StoredDataset
    from hdr_bench.datasets.fitting import Fit

_IN_A_PICTURE = 10
"""Number of examples of each class."""


class PartName(StrEnum):
    """Parts of a data set."""

    train = "train"
    test = "test"


_PART_WORDS = {PartName.train: "training", PartName.test: "test"}

data = typer.Typer(help="List, show, fetch, add and remove data sets.", no_args_is_help=True, add_completion=False)


@data.command("list")
def data_list() -> None:
    """List the data sets: which are on disk, where, their size, and how to get the others."""
    say("\n".join([*describe_datasets(), *describe_places()]))


@data.command()
def fetch(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME", help="A data set's name, e.g. mnist or openml:NAME.", autocompletion=complete_dataset
        ),
    ],
) -> None:
    """Read and verify a data set, and store it in the cache."""
    from hdr_bench.datasets import fetch_dataset

    _print_dataset(fetch_dataset(name))


@data.command()
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name to store the data under.")],
    path: Annotated[
        Path,
        typer.Argument(metavar="PATH", help="Folder or file of a type listed by `hdr-bench list datasets`."),
    ],
    resize: Annotated[str | None, typer.Option(metavar="HEIGHTxWIDTH", help="Resize pictures to this size.")] = None,
    test_size: Annotated[
        float | None, typer.Option(help="Share of the images to use for testing, if the data have no test part.")
    ] = None,
    split_seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Seed of that split.")] = 0,
    classes: Annotated[
        str | None, typer.Option(metavar="NAME,...", help="Classes to keep, separated by commas.")
    ] = None,
    fit: Annotated[
        str | None, typer.Option(metavar="FORM", help="Convert each image to the form of this data set: mnist.")
    ] = None,
) -> None:
    """Verify your own data, and store them under a name."""
    from hdr_bench.datasets import add_dataset

    size = read_shape(resize)[1:] if resize else None
    kept = [each.strip() for each in classes.split(",")] if classes is not None else None
    _print_dataset(
        add_dataset(
            name,
            path,
            resize=size,
            test_size=test_size,
            random_state=split_seed,
            classes=kept,
            fit=cast("Fit | None", fit),
        )
    )


@data.command()
def remove(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME", help="Name of a data set, as shown by `data list`.", autocompletion=complete_dataset
        ),
    ] = None,
    all_prepared: Annotated[
        bool, typer.Option("--all-prepared", help="Remove all data prepared from a source; they can be prepared again.")
    ] = False,
) -> None:
    """Remove a data set's stored copy; original files stay."""
    from hdr_bench.datasets import remove_dataset, remove_prepared_datasets

    if (name is None) != all_prepared:
        raise typer.BadParameter("give either the name of one data set, or --all-prepared")
    _print_removed(remove_prepared_datasets() if name is None else remove_dataset(name))


@data.command()
def show(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME", help="Name of a data set, e.g. mnist or csv:FILE.", autocompletion=complete_dataset
        ),
    ],
    part: Annotated[PartName, typer.Option(help="Part to show.")] = PartName.train,
    image: Annotated[int | None, typer.Option(min=0, help="Print this image as numbers; the first is 0.")] = None,
    per_class: Annotated[
        int | None, typer.Option(min=1, max=100, help="Examples of each class (default: 1; with --out, 10).")
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE.png", help="Write the examples as a picture.")] = None,
    resize: Annotated[str | None, typer.Option(metavar="HEIGHTxWIDTH", help="Resize pictures to this size.")] = None,
    labels: Annotated[
        Path | None, typer.Option(metavar="FILE.csv", help="Apply the label decisions in this file.")
    ] = None,
) -> None:
    """Show examples and counts of each class, and the range and polarity of the pixels."""
    from hdr_bench.cli.dataset_text import (
        choose_examples,
        describe_content,
        describe_gallery,
        describe_gaps,
        describe_image,
    )
    from hdr_bench.cli.gallery_picture import check_picture, write_gallery
    from hdr_bench.datasets import load_dataset

    if out is not None:
        check_picture(out)
    dataset = load_dataset(name, resize=read_shape(resize)[1:] if resize else None, labels=labels)
    if image is not None:
        say("\n".join(describe_image(dataset, part.value, image)))
        return
    chosen = dataset.train if part is PartName.train else dataset.test
    say("\n".join(describe_content(dataset)))
    gaps = list(describe_gaps(chosen, dataset.class_names, _PART_WORDS[part]))
    if out is None:
        encoding = getattr(sys.stdout, "encoding", None) or "ascii"
        examples = choose_examples(chosen, dataset.class_names, per_class or 1)
        say("\n".join(["", *describe_gallery(examples, make_console().width, encoding), *gaps]).rstrip("\n"))
        return
    write_gallery(out, choose_examples(chosen, dataset.class_names, per_class or _IN_A_PICTURE))
    say("\n".join([*gaps, f"written: {out}"]))


def _print_removed(removed: "list[StoredDataset]") -> None:
    for each in removed:
        say(f"removed {each.name}: {describe_stored(each)}")
    say(f"{format_bytes(sum(each.n_bytes for each in removed))} freed")


def _print_dataset(dataset: Any) -> None:
    height, width = dataset.image_shape
    say(
        f"{dataset.name}: {len(dataset.train):,} training and {len(dataset.test):,} test images of {height}x{width} "
        f"pixels ({dataset.train.images.dtype}), {len(dataset.class_names)} classes: {', '.join(dataset.class_names)}\n"
        f"SHA-256 {dataset.fingerprint}"
    )
    for note in dataset.notes:
        say(f"note: {note}")
