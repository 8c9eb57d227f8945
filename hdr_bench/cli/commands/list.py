"""The command `list`: suites, estimators and data sets."""

from enum import StrEnum
from typing import Annotated

import typer

from hdr_bench.cli.output import print_pairs


class Listing(StrEnum):
    """Lists that there are."""

    suites = "suites"
    estimators = "estimators"
    datasets = "datasets"


def list_(what: Annotated[Listing | None, typer.Argument(metavar="WHAT", help="One list only.")] = None) -> None:
    """List suites, estimators and data sets."""
    for listing in [what] if what else list(Listing):
        print_pairs(str(listing), _entries(listing))


def _entries(listing: Listing) -> dict[str, str]:
    """Return what a list holds: names, and what they are."""
    if listing is Listing.suites:
        from hdr_bench.experiments.planning.carried_suites import list_suites

        return list_suites()
    if listing is Listing.estimators:
        from hdr_bench.estimators import list_estimators

        return list_estimators()
    from hdr_bench.datasets import list_datasets, source_schemes

    own = {f"{scheme}:…": "your own, by where they lie" for scheme in source_schemes() if scheme != "openml"}
    return {**list_datasets(), **own, "openml:…": "any data set of images at OpenML"}
