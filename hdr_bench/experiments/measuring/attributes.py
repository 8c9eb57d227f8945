"""Attributes of a fitted estimator, read only if they have this library's form.

Estimators of other libraries may have attributes of the same name with different contents, or properties that fail.
This is no reason for a trial to fail: anything in another form is treated as missing.
"""

import json
import math
import warnings
from collections.abc import Callable, Iterator
from functools import wraps
from itertools import islice
from numbers import Integral, Real
from typing import Any, TypeVar

from hdr_bench.estimators.base import ENGINE, EPOCH, EPOCHS_FOR, HISTORY, LAYER_TABLE, MEMBERS
from hdr_bench.estimators.foreign.calls import exact_text, read_attribute
from hdr_bench.experiments.planning.models import earlier_steps, last_step
from hdr_bench.names import class_module, class_name, visible
from hdr_bench.records.base import is_deep
from hdr_bench.records.layer_row import LayerRow
from hdr_bench.records.metrics import EARLIER_NAMES, METRICS
from hdr_bench.records.text import LONGEST_VALUE, repr_of, str_of

_SHARES = {metric.column for metric in METRICS.values() if metric.source == "history" and metric.kind == "share"}

MOST_EPOCHS = 10_000
"""Number of epochs stored in a result."""

_MOST_LAYERS, _MOST_SIDES, _MOST_PARAMETERS, _MOST_IN_A_NAME = 1_000, 8, 500, 80
_LARGEST_COUNT = 2**63 - 1
_COUNTS = ("parameters", "buffers", "multiply_accumulates")

Row = dict[str, float | None]
T = TypeVar("T")


def _if_readable(empty: Callable[[], Any]) -> Callable[[Callable[[Any], T]], Callable[[Any], T]]:
    """Let a function of a method return an empty value if reading the method raises any error."""

    def guard(read: Callable[[Any], T]) -> Callable[[Any], T]:
        @wraps(read)
        def guarded(method: Any) -> T:
            try:
                return read(method)
            except (Exception, SystemExit):  # noqa: BLE001  # objects of other libraries
                nothing: T = empty()
                return nothing

        return guarded

    return guard


def count_of(method: Any, name: str) -> int | None:
    """Return a count of a method, or the sum over its members if it is an ensemble; None if there is none.

    Parameters
    ----------
    method : estimator
        Fitted.
    name : str
        Name of the attribute, e.g. ``"n_parameters_"``.

    Returns
    -------
    count : int or None
    """
    try:
        return _count(method, name)
    except (Exception, SystemExit):  # noqa: BLE001  # objects of other libraries
        return None


def count_with_steps(model: Any, name: str) -> int | None:
    """Return the count of a model's final estimator, and of the steps before it that have one, such as a network.

    Parameters
    ----------
    model : estimator
        Fitted.
    name : str
        Name of the attribute, e.g. ``"n_parameters_"``.

    Returns
    -------
    count : int or None
        None if the final estimator has none.
    """
    own = count_of(last_step(model), name)
    return None if own is None else own + sum(count_of(step, name) or 0 for step in earlier_steps(model))


def engine_of(method: Any) -> str:
    """Return the library that does the computation: as declared by the method, or else the package of its class.

    Parameters
    ----------
    method : estimator
        Fitted.

    Returns
    -------
    engine : str
    """
    engine = exact_text(read_attribute(method, ENGINE))
    if engine is None or not engine.strip():
        engine = class_module(type(method)).partition(".")[0] or class_name(type(method))
    return visible(engine[:_MOST_IN_A_NAME])[:_MOST_IN_A_NAME]


def epochs_of(method: Any, n: int) -> int | None:
    """Return the maximum number of epochs for a fit of `n` images, as declared by a network; None for other methods.

    Parameters
    ----------
    method : estimator
    n : int
        Number of training images.

    Returns
    -------
    epochs : int or None
    """
    epochs_for = read_attribute(method, EPOCHS_FOR)
    if not callable(epochs_for):
        return None
    try:
        return _as_count(epochs_for(n)) or None
    except (Exception, SystemExit):  # noqa: BLE001  # other libraries may use this name
        return None


@_if_readable(empty=tuple)
def history_of(method: Any) -> tuple[Row, ...]:
    """Return loss and accuracy by epoch, for the first `MOST_EPOCHS`; empty if the history has another form.

    Parameters
    ----------
    method : estimator
        Fitted. Its `history_` is a list of dicts, one per epoch, with keys from `EPOCH`; accuracies are fractions.
        Names used by earlier versions, such as ``"valid_loss"``, are converted.

    Returns
    -------
    history : tuple of dict
        One per epoch.

    Warns
    -----
    UserWarning
        If there are more epochs than that.
    """
    rows = read_attribute(method, HISTORY)
    if not isinstance(rows, list | tuple):
        return ()
    kept = _epochs(rows[:MOST_EPOCHS])
    if kept and len(rows) > MOST_EPOCHS:
        warnings.warn(f"history_ has {len(rows):,} epochs; the first {MOST_EPOCHS:,} are stored", stacklevel=2)
    return kept


@_if_readable(empty=tuple)
def layers_of(method: Any) -> tuple[LayerRow, ...]:
    """Return a network's layer table; empty if it has another form.

    Parameters
    ----------
    method : estimator
        Fitted.

    Returns
    -------
    layers : tuple of LayerRow
    """
    rows = read_attribute(method, LAYER_TABLE)
    if not isinstance(rows, list | tuple) or len(rows) > _MOST_LAYERS:
        return ()
    # An invalid row raises an error when its missing fields are read.
    return tuple(map(_as_layer, rows))


@_if_readable(empty=dict)
def parameters_of(method: Any) -> dict[str, Any]:
    """Return all parameters of an estimator including defaults as JSON values, or as text if JSON cannot hold them.

    Values longer than `LONGEST_VALUE` characters are truncated, and those nested deeper than `DEEPEST` are converted to
    text; empty if the estimator cannot provide its parameters.

    Parameters
    ----------
    method : estimator

    Returns
    -------
    parameters : dict of str to object
    """
    params = dict(islice(method.get_params(deep=False).items(), _MOST_PARAMETERS))
    return {str_of(name, _MOST_IN_A_NAME): _in_json(value) for name, value in params.items()}


def _count(method: Any, name: str) -> int | None:
    own = read_attribute(method, name)
    if own is not None:
        return _as_count(own)
    members = read_attribute(method, MEMBERS)
    if not isinstance(members, list | tuple) or not members:
        return None
    counts = [_as_count(read_attribute(last_step(member), name)) for member in members]
    known = [count for count in counts if count is not None]
    return _as_count(sum(known)) if len(known) == len(counts) else None


def _as_count(value: Any) -> int | None:
    if isinstance(value, bool) or not isinstance(value, Integral):
        return None
    count = int(value)
    return count if 0 <= count <= _LARGEST_COUNT else None


def _epochs(rows: list[Any] | tuple[Any, ...]) -> tuple[Row, ...]:
    if not any(rows) or not all(map(_is_epoch, rows)):
        return ()
    # Use the names from here, not those of a `str` subclass, whose methods may differ.
    return tuple({_name_today(name): _finite(value) for name, value in row.items()} for row in rows)


def _name_today(name: str) -> str:
    return EARLIER_NAMES[name] if name in EARLIER_NAMES else EPOCH[EPOCH.index(name)]


def _is_epoch(row: Any) -> bool:
    return (
        isinstance(row, dict)
        and set(row) <= {*EPOCH, *EARLIER_NAMES}
        and all(_is_recorded(*pair) for pair in row.items())
    )


def _is_recorded(name: str, value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, Real):
        return False
    number = _finite(value)
    return number is None or _name_today(name) not in _SHARES or 0 <= number <= 1


def _finite(value: Any) -> float | None:
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _as_layer(row: Any) -> LayerRow:
    shape = tuple(map(_whole, islice(row.output_shape, _MOST_SIDES + 1)))
    if len(shape) > _MOST_SIDES:
        raise ValueError("not a shape")
    counts = {name: _whole(getattr(row, name)) for name in _COUNTS}
    return LayerRow(token=_name(row.token), layer=_name(row.layer), output_shape=shape, **counts)


def _whole(value: Any) -> int:
    count = _as_count(value)
    if count is None:
        raise ValueError("not a count")
    return count


def _name(value: Any) -> str:
    text = exact_text(value)
    if text is None:
        raise TypeError("not a text")
    return visible(text[:_MOST_IN_A_NAME])


def _in_json(value: Any) -> Any:
    """Return a value as JSON if it is short and not nested deeply, and otherwise its `repr`."""
    if (text := exact_text(value)) is not None:
        return str_of(text, LONGEST_VALUE)
    try:
        read = json.loads("".join(_begun(json.JSONEncoder().iterencode(value))))
    except (Exception, SystemExit):  # noqa: BLE001  # not JSON, too long, or not readable
        return repr_of(value)
    return repr_of(value) if is_deep(read) else read


def _begun(pieces: Iterator[str]) -> Iterator[str]:
    """Yield the pieces of a text until it has too many characters."""
    total = 0
    for piece in pieces:
        total += len(piece)
        if total > LONGEST_VALUE:
            raise ValueError("too long")
        yield piece
