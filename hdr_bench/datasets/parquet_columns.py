"""Columns of a Parquet file that hold pictures and labels, by the metadata of Hugging Face's library or by name."""

import json
import math
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hdr_bench.exceptions import DatasetError
from hdr_bench.names import visible
from hdr_bench.records.text import list_first

NEEDED = "expected a column of pictures, as Hugging Face writes them ('image': bytes and path), and one of labels"
"""End of an error message."""

_IMAGE_NAMES = frozenset({"image", "images", "img", "picture", "pixels", "x"})
_LABEL_NAMES = frozenset({"label", "labels", "digit", "target", "class", "y", "fine_label"})
# Index columns that pandas and others put before the columns of pixels.
_INDEX_NAMES = frozenset({"id", "index", "idx", "imageid", "__index_level_0__"})
_NUMBERS = ("int", "uint", "float", "double", "halffloat", "bool")
_FEWEST_PIXELS = 4


@dataclass(frozen=True)
class Columns:
    """Columns of a file to read.

    Attributes
    ----------
    images : tuple of str
        One column of pictures or lists of pixels, or one column per pixel.
    label : str
    class_names : mapping of int to str or None
        The names of the labels; None if the file does not have them.
    """

    images: tuple[str, ...]
    label: str
    class_names: Mapping[int, str] | None


def choose_columns(path: Path, schema: Any) -> Columns:
    """Choose the columns of a file to read.

    Parameters
    ----------
    path : Path
        What errors call the file.
    schema : pyarrow.Schema

    Returns
    -------
    columns : Columns

    Raises
    ------
    DatasetError
        If there is not one column of labels, or neither a column of pictures nor a square number of pixel columns.
    """
    features = _features(schema)
    labels = [name for name in schema.names if _kind_of(features, name) == "ClassLabel"]
    labels = labels or [name for name in schema.names if name.lower() in _LABEL_NAMES]
    images = [name for name in schema.names if _kind_of(features, name) == "Image"]
    images = images or [name for name in schema.names if name.lower() in _IMAGE_NAMES]
    images = images or _pixel_columns(schema, labels)
    if len(labels) != 1 or not (len(images) == 1 or len(images) >= _FEWEST_PIXELS):
        held = list_first([f"{visible(name)} ({schema.field(name).type})" for name in schema.names], most=10)
        raise DatasetError(f"{path}: it has the columns {held or 'none'}; {NEEDED}")
    names = features.get(labels[0], {}).get("names")
    is_list = isinstance(names, list) and all(isinstance(each, str) for each in names)
    return Columns(tuple(images), labels[0], dict(enumerate(names)) if is_list and names else None)


def _pixel_columns(schema: Any, labels: list[str]) -> list[str]:
    """Return the numeric columns beside the label, if their number is that of the pixels of a square image."""
    names = [name for name in schema.names if name not in labels and name.lower() not in _INDEX_NAMES]
    are_numbers = all(str(schema.field(name).type).startswith(_NUMBERS) for name in names)
    is_square = math.isqrt(len(names)) ** 2 == len(names) >= _FEWEST_PIXELS
    return names if are_numbers and is_square else []


def _features(schema: Any) -> dict[str, dict[str, Any]]:
    """Return the column metadata of Hugging Face's library; empty if another program wrote the file."""
    with suppress(ValueError, KeyError, TypeError, AttributeError, RecursionError):
        features = json.loads((schema.metadata or {})[b"huggingface"])["info"]["features"]
        return {name: kind for name, kind in features.items() if isinstance(kind, dict)}
    return {}


def _kind_of(features: Mapping[str, Mapping[str, Any]], name: str) -> Any:
    return features.get(name, {}).get("_type")
