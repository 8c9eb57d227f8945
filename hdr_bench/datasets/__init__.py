"""Data sets: where the digits come from.

`SOURCES` is the table of all sources: named data sets, and schemes for data given by their path.
"""

from hdr_bench.datasets.assembly import make_dataset
from hdr_bench.datasets.cache import open_dataset
from hdr_bench.datasets.dataset import Dataset, Part
from hdr_bench.datasets.loading import add_dataset, fetch_dataset, load_dataset
from hdr_bench.datasets.registry import SOURCES, SourceEntry, named_sources, path_schemes, source_schemes
from hdr_bench.datasets.stored import (
    StoredDataset,
    list_datasets,
    list_stored_datasets,
    remove_dataset,
    remove_prepared_datasets,
)
from hdr_bench.datasets.storing import write_dataset

__all__ = [
    "SOURCES",
    "Dataset",
    "Part",
    "SourceEntry",
    "StoredDataset",
    "add_dataset",
    "fetch_dataset",
    "list_datasets",
    "list_stored_datasets",
    "load_dataset",
    "make_dataset",
    "named_sources",
    "open_dataset",
    "path_schemes",
    "remove_dataset",
    "remove_prepared_datasets",
    "source_schemes",
    "write_dataset",
]
