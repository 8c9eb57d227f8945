"""The command `lr-range`, which tests which learning rates a network learns with."""

from pathlib import Path
from typing import Annotated

import typer

from hdr_bench.cli.completion import complete_dataset, complete_estimator


def lr_range(
    method: Annotated[
        str,
        typer.Argument(
            metavar="METHOD", help="mlp, cnn, or dotted path of a network.", autocompletion=complete_estimator
        ),
    ],
    *,
    dataset: Annotated[
        str, typer.Option(metavar="NAME", help="Data set to learn from.", autocompletion=complete_dataset)
    ] = "mnist",
    low: Annotated[float, typer.Option(help="First learning rate.")] = 1e-6,
    high: Annotated[float, typer.Option(help="Last learning rate.")] = 10.0,
    steps: Annotated[int, typer.Option(help="Number of batches of each sweep.")] = 100,
    seeds: Annotated[int, typer.Option(help="Number of sweeps, each with its own initial weights.")] = 5,
    param: Annotated[
        list[str] | None,
        typer.Option(
            "--param", "--set", metavar="NAME=VALUE", help="A parameter of the method; may be given several times."
        ),
    ] = None,
    samples: Annotated[
        int | None, typer.Option(min=2, help="Number of training images (stratified subsample; default: all).")
    ] = None,
    threads: Annotated[int | None, typer.Option(min=1, help="Threads per pool (default: all cores).")] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="File to write: .png for a figure, .csv for the losses of each sweep."),
    ] = None,
) -> None:
    """Test which learning rates a network learns with, and suggest a range.

    A new network takes one step per batch, while the rate rises by a constant factor from --low to --high (Smith's
    range test). The table shows the training loss by rate, over several sweeps. The suggested range is where the loss
    falls: from a tenth to nine tenths of its whole fall. The network's schedule is ignored; all its other parameters
    hold.
    """
    from hdr_bench.cli.matplotlib_folder import matplotlib_folder
    from hdr_bench.cli.method_output import method_output
    from hdr_bench.cli.rate_range_output import check_out, print_range, write_range
    from hdr_bench.experiments.fitting import read_params
    from hdr_bench.experiments.rate_range import find_rate_range
    from hdr_bench.records.environment import available_cores

    check_out(out)
    options = {"low": low, "high": high, "n_steps": steps, "seeds": seeds}
    with method_output():
        found = find_rate_range(
            method,
            read_params(param or ()),
            dataset,
            samples=samples,
            threads=threads or available_cores(),
            **options,
        )
    print_range(found)
    if out is not None:
        with matplotlib_folder():
            write_range(found, out)
