"""The command `list`, which lists suites, estimators and data sets."""

from enum import StrEnum
from typing import Annotated

import typer

from hdr_bench.cli.output import print_pairs


class Listing(StrEnum):
    """Available lists."""

    suites = "suites"
    estimators = "estimators"
    datasets = "datasets"


def list_(what: Annotated[Listing | None, typer.Argument(metavar="WHAT", help="Show only this list.")] = None) -> None:
    """List suites, estimators and data sets."""
    for listing in [what] if what else list(Listing):
        print_pairs(str(listing), entries_of(listing))


def entries_of(listing: Listing) -> dict[str, str]:
    """Return the entries of a list.

    Parameters
    ----------
    listing : Listing

    Returns
    -------
    entries : dict of str to str
        Descriptions by name.
    """
    if listing is Listing.suites:
        from hdr_bench.experiments.planning.carried_suites import list_suites

        return list_suites()
    if listing is Listing.estimators:
        from hdr_bench.estimators import list_estimators

        return list_estimators()
    from hdr_bench.datasets import SOURCES, list_datasets

    return {**list_datasets(), **{name: entry.description for name, entry in SOURCES.items() if ":" in name}}
