"""Data sets from OpenML, through scikit-learn."""

import re
import reprlib
import tempfile
import warnings
import zlib
from http.client import HTTPException
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hdr_bench.datasets.assembly import add_blank_warnings
from hdr_bench.datasets.checks import as_images, check_pixels
from hdr_bench.datasets.dataset import Dataset
from hdr_bench.datasets.fetch_log import announce_fetch
from hdr_bench.datasets.labels import encode_labels
from hdr_bench.datasets.source import ReadOptions, Source, cut_dataset, key_of
from hdr_bench.error_text import describe_error
from hdr_bench.exceptions import DatasetError, DatasetNotFoundError


def openml_source(name: str, options: ReadOptions) -> Source:
    """Return the source of ``openml:NAME``.

    Parameters
    ----------
    name : str
        Name or number of a data set at OpenML.
    options : ReadOptions

    Returns
    -------
    source : Source
    """
    return Source(key_of(f"openml:{name}", options), lambda: _read_openml(name, options))


def _read_openml(name: str, options: ReadOptions) -> Dataset:
    which = {"data_id": int(name)} if re.fullmatch(r"[0-9]{1,9}", name) else {"name": name}
    announce_fetch(f"openml:{name}", "OpenML (size unknown until it is downloaded)")
    try:
        bunch = fetch_bunch(**which)
    except OSError as error:
        raise DatasetNotFoundError(
            f"openml:{name}: OpenML does not respond: {error}; once you have a network connection, run: hdr-bench data "
            f"fetch openml:{name}"
        ) from error
    except ValueError as error:
        raise DatasetError(f"openml:{name}: {error}") from error
    if not isinstance(bunch.data, np.ndarray) or bunch.data.dtype == object or bunch.target is None:
        raise DatasetError(
            f"openml:{name}: it does not hold pixels with one label per image; choose a data set of images"
        )
    check_pixels(f"openml:{name}", bunch.data.dtype)
    images = as_images(f"openml:{name}", bunch.data)
    # NaN is cast to some number, which then differs.
    with np.errstate(invalid="ignore"):
        as_bytes = images.astype(np.uint8)
    images = as_bytes if np.array_equal(images, as_bytes) else images
    labels, class_names = encode_labels(f"openml:{name}", _numbers(name, bunch.target))
    return add_blank_warnings(cut_dataset(f"openml:{name}", images, labels, class_names, options))


def fetch_bunch(**which: Any) -> Any:
    """Download a data set as arrays, without a cache, since our own cache is verified.

    Parameters
    ----------
    **which : str or int
        Arguments by which `sklearn.datasets.fetch_openml` finds it.

    Returns
    -------
    bunch : Bunch
        Has the arrays ``data`` and ``target``.

    Raises
    ------
    OSError
        If OpenML does not respond, or the download stops midway.
    ValueError
        If it has no such data set.
    """
    from sklearn.datasets import fetch_openml

    with warnings.catch_warnings(), tempfile.TemporaryDirectory() as folder:
        # scikit-learn warns of each retry; the error that follows says the same.
        warnings.simplefilter("ignore", UserWarning)
        try:
            return fetch_openml(**which, as_frame=False, data_home=folder, n_retries=1, delay=0.1)
        except (EOFError, zlib.error, HTTPException) as error:
            raise ConnectionError(f"the download stopped midway: {error}") from error
        except ValueError as error:
            if "md5" not in str(error):
                raise
            raise ConnectionError(f"the download does not match OpenML's checksum: {error}") from error
        except (OSError, MemoryError):
            raise
        except Exception as error:  # an unreadable response makes scikit-learn raise errors of many kinds
            raise ConnectionError(f"the response cannot be read: {describe_error(error)}") from error


def _numbers(name: str, target: NDArray[Any]) -> NDArray[Any]:
    try:
        return np.asarray(target).astype(np.float64)
    except (TypeError, ValueError) as error:
        example = reprlib.repr(target[0]) if len(target) else "none"
        raise DatasetError(f"openml:{name}: the labels are not integers, e.g. {example}") from error
