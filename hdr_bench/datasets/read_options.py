"""Options for reading a data set, checked against what its source supports."""

import math
from typing import Any

import numpy as np

from hdr_bench.datasets.fitting import Fit
from hdr_bench.datasets.pictures import MOST_PIXELS
from hdr_bench.datasets.registry import SourceEntry
from hdr_bench.datasets.source import ReadOptions
from hdr_bench.exceptions import DatasetError, shown

_LARGEST_SEED = 2**32 - 1


def check_options(
    name: str, entry: SourceEntry | None, resize: Any, test_size: Any, random_state: Any, fit: Fit | None
) -> ReadOptions:
    """Check the options for reading a data set, which in Python may be anything, and return them.

    Parameters
    ----------
    name : str
        What errors call the data set.
    entry : SourceEntry or None
        Its entry in `SOURCES`.
    resize, test_size, random_state : object
        As given to `load_dataset`.
    fit : {"mnist"} or None
        Part of the options if the source fits each picture while it is read.

    Returns
    -------
    options : ReadOptions

    Raises
    ------
    DatasetError
        If an option is not supported by the data set, or out of range.
    """
    if resize is not None and (entry is None or not entry.resizes):
        raise DatasetError(f"resize is only for pictures in files, and does not apply to {name}; omit it")
    if resize is not None and not _is_size(resize):
        raise DatasetError(
            f"resize must be height and width, each at least 1 and together at most {MOST_PIXELS:,} pixels, got "
            f"{shown(resize)}"
        )
    if test_size is not None and not (isinstance(test_size, float | np.floating) and 0 < test_size < 1):
        raise DatasetError(f"test_size must be a fraction between 0 and 1, got {shown(test_size)}")
    if not (isinstance(random_state, int | np.integer) and 0 <= random_state <= _LARGEST_SEED):
        raise DatasetError(f"random_state must be an integer between 0 and {_LARGEST_SEED}, got {shown(random_state)}")
    size = None if resize is None else (int(resize[0]), int(resize[1]))
    share = None if test_size is None else float(test_size)
    return ReadOptions(size, share, int(random_state), fit if entry is not None and entry.fits else None)


def _is_size(resize: Any) -> bool:
    if not isinstance(resize, tuple | list) or len(resize) != 2:
        return False
    are_whole = all(isinstance(side, int | np.integer) for side in resize)
    return are_whole and min(resize) >= 1 and math.prod(map(int, resize)) <= MOST_PIXELS
