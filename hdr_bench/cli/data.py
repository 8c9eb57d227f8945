"""The commands `data`: data sets listed, fetched, added."""

from pathlib import Path
from typing import Annotated, Any

import typer

from hdr_bench.cli.completing import complete_dataset
from hdr_bench.cli.console import print_pairs, read_shape
from hdr_bench.cli.listing import Listing, listed
from hdr_bench.cli.streams import say

data = typer.Typer(help="List, fetch and add data sets.", no_args_is_help=True)


@data.command("list")
def data_list() -> None:
    """List the data sets, and where data are kept."""
    from hdr_bench.datasets.home import data_home, prepared_home

    print_pairs("datasets", listed(Listing.datasets))
    say(f"data home: {data_home()}\nverified data: {prepared_home()}")


@data.command()
def fetch(
    name: Annotated[
        str,
        typer.Argument(help="A data set's name, e.g. mnist or openml:NAME.", autocompletion=complete_dataset),
    ],
) -> None:
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

    size = read_shape(resize)[1:] if resize else None
    _print_dataset(add_dataset(name, path, resize=size, test_size=test_size, split_seed=split_seed))


def _print_dataset(dataset: Any) -> None:
    height, width = dataset.image_shape
    say(
        f"{dataset.name}: {len(dataset.train):,} training and {len(dataset.test):,} test images of {height}x{width} "
        f"pixels ({dataset.train.images.dtype}), {len(dataset.class_names)} classes: {', '.join(dataset.class_names)}\n"
        f"SHA-256 {dataset.fingerprint}"
    )
    for note in dataset.notes:
        say(f"note: {note}")
