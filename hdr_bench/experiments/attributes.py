"""What a fitted estimator says of itself, taken only if it has this library's form.

Estimators of other libraries have attributes of the same names with other contents, or properties that fail. None of
that is a reason for a trial to fail: what has another form is as if it were not there.
"""

import json
import math
import warnings
from collections.abc import Iterator
from itertools import islice
from numbers import Integral, Real
from typing import Any

from hdr_bench.experiments.model import last_step
from hdr_bench.experiments.result import LayerRow
from hdr_bench.experiments.text import LONGEST_VALUE, repr_of, str_of
from hdr_bench.names import class_module, class_name, visible

HISTORY = ("train_loss", "train_accuracy", "valid_loss", "valid_accuracy")
"""What `history_` has of an epoch."""

MOST_EPOCHS = 10_000
"""Epochs that a result keeps."""

_MOST_LAYERS, _MOST_PARAMETERS, _MOST_IN_A_NAME = 1_000, 500, 80
_LARGEST_COUNT = 2**63 - 1
_COUNTS = ("parameters", "buffers", "multiply_accumulates")

Row = dict[str, float | None]


def read_attribute(model: Any, name: str) -> Any:
    """Return an attribute; None if there is none, or it is a property that fails."""
    try:
        return getattr(model, name, None)
    except Exception:  # noqa: BLE001  # what a foreign property raises
        return None


def count_of(method: Any, name: str) -> int | None:
    """Return a count of a method, or the sum of its members' if it is made of such; None without.

    Parameters
    ----------
    method : estimator
        Fitted.
    name : str
        E.g. ``"n_parameters_"``.
    """
    own = read_attribute(method, name)
    if own is not None:
        return _as_count(own)
    members = read_attribute(method, "estimators_")
    if not isinstance(members, list | tuple) or not members:
        return None
    counts = [_as_count(read_attribute(last_step(member), name)) for member in members]
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None


def engine_of(method: Any) -> str:
    """Return the library that computed: what the method says, otherwise the package that its class is from."""
    engine = read_attribute(method, "engine_")
    if not isinstance(engine, str) or not engine.strip():
        engine = class_module(type(method)).partition(".")[0] or class_name(type(method))
    return visible(engine[:_MOST_IN_A_NAME])[:_MOST_IN_A_NAME]


def epochs_of(method: Any, n: int) -> int | None:
    """Return the most epochs that a fit of `n` images goes through, as a network says; None for other methods."""
    epochs_for = read_attribute(method, "epochs_for")
    if not callable(epochs_for):
        return None
    try:
        return _as_count(epochs_for(n)) or None
    except Exception:  # noqa: BLE001  # what another library has under this name
        return None


def history_of(method: Any) -> tuple[Row, ...]:
    """Return loss and accuracy by epoch, of the first `MOST_EPOCHS`; empty if it is of another form.

    Parameters
    ----------
    method : estimator
        Fitted. Its `history_` is a list of dicts, one per epoch, of some of `HISTORY`; accuracies are shares.

    Warns
    -----
    UserWarning
        If there are more epochs.
    """
    rows = read_attribute(method, "history_")
    if not isinstance(rows, list | tuple):
        return ()
    try:
        kept = _epochs(rows[:MOST_EPOCHS])
    except Exception:  # noqa: BLE001  # what a foreign container raises when it is read
        return ()
    if kept and len(rows) > MOST_EPOCHS:
        warnings.warn(f"history_ has {len(rows):,} epochs; the first {MOST_EPOCHS:,} are stored", stacklevel=2)
    return kept


def layers_of(method: Any) -> tuple[LayerRow, ...]:
    """Return a network's table; empty if it is of another form."""
    rows = read_attribute(method, "layer_table_")
    if not isinstance(rows, list | tuple) or len(rows) > _MOST_LAYERS:
        return ()
    try:
        return tuple(map(_as_layer, rows))
    except Exception:  # noqa: BLE001  # a row that is none: whatever comes of asking it for what it lacks
        return ()


def parameters_of(method: Any) -> dict[str, Any]:
    """Return all parameters of an estimator, defaults too, in words of JSON; what JSON has no word for as text.

    Values longer than `LONGEST_VALUE` characters are cut; empty if the estimator cannot say them.
    """
    try:
        params = dict(islice(method.get_params(deep=False).items(), _MOST_PARAMETERS))
    except Exception:  # noqa: BLE001  # what a foreign get_params raises, or what it returns does
        return {}
    return {str_of(name, _MOST_IN_A_NAME): _in_json(value) for name, value in params.items()}


def _as_count(value: Any) -> int | None:
    if isinstance(value, bool) or not isinstance(value, Integral):
        return None
    count = int(value)
    return count if 0 <= count <= _LARGEST_COUNT else None


def _epochs(rows: list[Any] | tuple[Any, ...]) -> tuple[Row, ...]:
    if not any(rows) or not all(map(_is_epoch, rows)):
        return ()
    return tuple({str(name): _finite(value) for name, value in row.items()} for row in rows)


def _is_epoch(row: Any) -> bool:
    return isinstance(row, dict) and set(row) <= set(HISTORY) and all(_is_recorded(*pair) for pair in row.items())


def _is_recorded(name: str, value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, Real):
        return False
    number = _finite(value)
    return number is None or not name.endswith("accuracy") or 0 <= number <= 1


def _finite(value: Any) -> float | None:
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _as_layer(row: Any) -> LayerRow:
    shape = tuple(_whole(side) for side in row.output_shape)
    counts = {name: _whole(getattr(row, name)) for name in _COUNTS}
    return LayerRow(token=_name(row.token), layer=_name(row.layer), output_shape=shape, **counts)


def _whole(value: Any) -> int:
    count = _as_count(value)
    if count is None:
        raise ValueError("not a count")
    return count


def _name(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return visible(value[:_MOST_IN_A_NAME])


def _in_json(value: Any) -> Any:
    """Return a value as JSON has it if that is short, otherwise its `repr`."""
    if isinstance(value, str):
        return str_of(value, LONGEST_VALUE)
    try:
        written = "".join(_begun(json.JSONEncoder().iterencode(value)))
        return json.loads(written)
    except Exception:  # noqa: BLE001  # what is not JSON, too deep or too long, or fails when it is read
        return repr_of(value)


def _begun(pieces: Iterator[str]) -> Iterator[str]:
    """Give the pieces of a text, as long as they are not too many characters."""
    total = 0
    for piece in pieces:
        total += len(piece)
        if total > LONGEST_VALUE:
            raise ValueError("too long")
        yield piece
