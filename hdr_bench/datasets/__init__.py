"""Where the digits come from.

`DATASETS` is the table of the data sets that have a name, `SCHEMES` of those that are named by where they are.
"""

from hdr_bench.datasets.dataset import Dataset, Part, make_dataset
from hdr_bench.datasets.loading import add_dataset, fetch_dataset, load_dataset
from hdr_bench.datasets.prepared import open_dataset
from hdr_bench.datasets.stored import (
    StoredDataset,
    list_datasets,
    list_stored_datasets,
    remove_dataset,
    remove_prepared_datasets,
)
from hdr_bench.datasets.storing import write_dataset
from hdr_bench.datasets.table import DATASETS, SCHEMES, DatasetEntry

__all__ = [
    "DATASETS",
    "SCHEMES",
    "Dataset",
    "DatasetEntry",
    "Part",
    "StoredDataset",
    "add_dataset",
    "fetch_dataset",
    "list_datasets",
    "list_stored_datasets",
    "load_dataset",
    "make_dataset",
    "open_dataset",
    "remove_dataset",
    "remove_prepared_datasets",
    "write_dataset",
]
