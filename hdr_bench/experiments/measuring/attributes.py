"""Attributes of a fitted estimator, taken only if they have this library's form.

Estimators of other libraries have attributes of the same names with other contents, or properties that fail. None of
that is a reason for a trial to fail: what has another form is as if it were not there.
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
from hdr_bench.experiments.planning.models import last_step
from hdr_bench.names import class_module, class_name, visible
from hdr_bench.records.base import is_deep
from hdr_bench.records.layer_row import LayerRow
from hdr_bench.records.metrics import EARLIER_NAMES, METRICS
from hdr_bench.records.text import LONGEST_VALUE, repr_of, str_of

_SHARES = {metric.column for metric in METRICS.values() if metric.source == "history" and metric.kind == "share"}

MOST_EPOCHS = 10_000
"""Epochs that a result keeps."""

_MOST_LAYERS, _MOST_SIDES, _MOST_PARAMETERS, _MOST_IN_A_NAME = 1_000, 8, 500, 80
_LARGEST_COUNT = 2**63 - 1
_COUNTS = ("parameters", "buffers", "multiply_accumulates")

Row = dict[str, float | None]
T = TypeVar("T")


def _if_readable(empty: Callable[[], Any]) -> Callable[[Callable[[Any], T]], Callable[[Any], T]]:
    """Let a function of a method return an empty value if what the method holds raises anything when it is read."""

    def guard(read: Callable[[Any], T]) -> Callable[[Any], T]:
        @wraps(read)
        def guarded(method: Any) -> T:
            try:
                return read(method)
            except (Exception, SystemExit):  # noqa: BLE001  # what foreign objects raise
                nothing: T = empty()
                return nothing

        return guarded

    return guard


def count_of(method: Any, name: str) -> int | None:
    """Return a count of a method, or the sum of its members' if it is made of such; None without.

    Parameters
    ----------
    method : estimator
        Fitted.
    name : str
        E.g. ``"n_parameters_"``.

    Returns
    -------
    count : int or None
    """
    try:
        return _count(method, name)
    except (Exception, SystemExit):  # noqa: BLE001  # what a foreign number or container raises when it is read
        return None


def engine_of(method: Any) -> str:
    """Return the library that computed: what the method says, otherwise the package that its class is from.

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
    """Return the most epochs that a fit of `n` images goes through, as a network says; None for other methods.

    Parameters
    ----------
    method : estimator
    n : int
        Training images.

    Returns
    -------
    epochs : int or None
    """
    epochs_for = read_attribute(method, EPOCHS_FOR)
    if not callable(epochs_for):
        return None
    try:
        return _as_count(epochs_for(n)) or None
    except (Exception, SystemExit):  # noqa: BLE001  # what another library has under this name
        return None


@_if_readable(empty=tuple)
def history_of(method: Any) -> tuple[Row, ...]:
    """Return loss and accuracy by epoch, of the first `MOST_EPOCHS`; empty if it is of another form.

    Parameters
    ----------
    method : estimator
        Fitted. Its `history_` is a list of dicts, one per epoch, of some of `EPOCH`; accuracies are shares. Names of
        earlier versions, as ``"valid_loss"``, are read as today's.

    Returns
    -------
    history : tuple of dict
        One per epoch.

    Warns
    -----
    UserWarning
        If there are more epochs.
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
    """Return a network's table; empty if it is of another form.

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
    # A row that is none raises when it is asked for what it lacks.
    return tuple(map(_as_layer, rows))


@_if_readable(empty=dict)
def parameters_of(method: Any) -> dict[str, Any]:
    """Return all parameters of an estimator, defaults too, in words of JSON; what JSON has no word for as text.

    Values longer than `LONGEST_VALUE` characters are cut, and those nested deeper than `DEEPEST` are texts; empty if
    the estimator cannot say them.

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
    # By the names here, not by texts that a class derived from `str` may make of them.
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
    """Return a value as JSON has it if that is short and not nested deeply, otherwise its `repr`."""
    if (text := exact_text(value)) is not None:
        return str_of(text, LONGEST_VALUE)
    try:
        read = json.loads("".join(_begun(json.JSONEncoder().iterencode(value))))
    except (Exception, SystemExit):  # noqa: BLE001  # what is not JSON or too long, or fails when it is read
        return repr_of(value)
    return repr_of(value) if is_deep(read) else read


def _begun(pieces: Iterator[str]) -> Iterator[str]:
    """Give the pieces of a text, as long as they are not too many characters."""
    total = 0
    for piece in pieces:
        total += len(piece)
        if total > LONGEST_VALUE:
            raise ValueError("too long")
        yield piece
