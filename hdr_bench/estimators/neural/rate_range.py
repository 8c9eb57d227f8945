"""Learning-rate range test of a network; torch is loaded only once the arguments are checked."""

from collections.abc import Iterable
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import clone
from sklearn.utils._param_validation import Interval

from hdr_bench.estimators.neural.base import NeuralClassifier
from hdr_bench.estimators.parameter_checks import check_parameters, value_fault
from hdr_bench.estimators.plain_values import is_number, plain_parameters, to_plain
from hdr_bench.exceptions import EstimatorError, shown
from hdr_bench.names import class_name
from hdr_bench.records.learning_rates import LearningRateRange

_LOW, _HIGH, _STEPS, _SEEDS, _SMOOTHING = 1e-6, 10.0, 100, 5, 0.8
# Fewer steps show no curve; more are assumed to be a mistake.
_FEWEST_STEPS, _MOST_STEPS = 10, 1_000_000
_MOST_SEEDS = 1_000
_LARGEST_SEED = 2**32 - 1


def learning_rate_range(
    estimator: NeuralClassifier,
    X: ArrayLike,
    y: ArrayLike,
    low: float = _LOW,
    high: float = _HIGH,
    *,
    n_steps: int = _STEPS,
    batch_size: int | None = None,
    seeds: int | Iterable[int] = _SEEDS,
    smoothing: float = _SMOOTHING,
) -> LearningRateRange:
    """Test which learning rates a network learns with: the rate rises from batch to batch.

    Smith's range test [1]_ in the form of fastai: for each seed, a copy of the estimator begins with the initial
    weights that ``fit`` would give it with ``random_state=seed``, and takes one step per batch, at rates that grow by
    the same factor from `low` to `high`. The training loss of each batch is recorded before its step, and smoothed by
    an exponential moving average with bias correction, ``s = sum(a**(t-i) * loss_i) / sum(a**(t-i))`` with `smoothing`
    as ``a``. A sweep stops when the smoothed loss is not finite or exceeds 4 times its lowest value so far, as in
    fastai.

    The suggested range is where the median over the seeds falls, from a tenth to nine tenths of its whole fall:
    `hdr_bench.records.rate_rule.suggest_rates` has the rule and its reasons. A rate within it suits a constant
    schedule; "one-cycle" often learns with its upper end, or more.

    Parameters
    ----------
    estimator : MLPClassifier or CNNClassifier
        It is neither fitted nor changed. Its optimizer, loss, augmentation and all other settings hold, except the
        schedule, the rate and what ends the training early. Images that ``fit`` would hold out are not used.
    X : array-like of shape (n, n_features)
        Raw pixels, as for ``fit``.
    y : array-like of shape (n,)
        Labels.
    low, high : float, default=1e-6, 10
        First and last rate; above 0.
    n_steps : int, default=100
        Number of batches of each sweep, at least 10. If an epoch has fewer, further epochs follow.
    batch_size : int or None, default=None
        Training images per step; None uses the estimator's.
    seeds : int or iterable of int, default=5
        Seeds of the sweeps, or their number: 0, 1, and so on.
    smoothing : float, default=0.8
        Factor of the moving average, at least 0 (no smoothing) and below 1. It lags by about
        ``smoothing / (1 - smoothing)`` steps; the median over the seeds smooths too, so that fastai's 0.98, for one
        sweep, is not needed.

    Returns
    -------
    found : LearningRateRange
        Losses of each sweep, and the suggested range; without one if the loss never falls, with the reason.

    Raises
    ------
    EstimatorError
        If the estimator is not one of the networks.
    ValueError
        If the data, an argument or a parameter of the estimator is invalid, or there are fewer images than a batch
        has.

    References
    ----------
    .. [1] Smith, L. N. (2017). Cyclical learning rates for training neural networks. WACV.

    Examples
    --------
    >>> from hdr_bench import learning_rate_range, load_dataset
    >>> from hdr_bench.estimators import MLPClassifier
    >>> digits = load_dataset("digits-8x8")
    >>> found = learning_rate_range(MLPClassifier("64N"), digits.train.X, digits.train.y)
    >>> low, high = found.suggested
    >>> 0.001 < low < high < 0.1
    True
    """
    rates, chosen = check_arguments(estimator, low, high, n_steps=n_steps, seeds=seeds, smoothing=smoothing)
    changes = {} if batch_size is None else {"batch_size": batch_size}
    sweeps = [_sweep(estimator, {**changes, "random_state": seed}, X, y, rates, float(smoothing)) for seed in chosen]
    losses, smoothed = (np.stack(each) for each in zip(*sweeps, strict=True))
    return LearningRateRange(chosen, rates, losses, smoothed)


def check_arguments(
    estimator: Any,
    low: float = _LOW,
    high: float = _HIGH,
    *,
    n_steps: int = _STEPS,
    seeds: int | Iterable[int] = _SEEDS,
    smoothing: float = _SMOOTHING,
) -> tuple[NDArray[np.float64], tuple[int, ...]]:
    """Check the arguments of `learning_rate_range` that do not depend on the data.

    Parameters
    ----------
    estimator : object
    low, high : float, default=1e-6, 10
    n_steps : int, default=100
    seeds : int or iterable of int, default=5
    smoothing : float, default=0.8

    Returns
    -------
    rates : ndarray of shape (n_steps,)
        float64; each is the previous one times a constant factor.
    seeds : tuple of int

    Raises
    ------
    EstimatorError
        If the estimator is not one of the networks.
    ValueError
        If another argument is invalid.
    """
    _check_network(estimator)
    if not is_number(smoothing) or not 0 <= smoothing < 1:
        raise ValueError(f"smoothing must be a number of at least 0 and below 1, got {shown(smoothing)}")
    return _rates(low, high, n_steps), _chosen_seeds(seeds)


def _check_network(estimator: Any) -> None:
    if isinstance(estimator, NeuralClassifier):
        return
    steps = "; for a pipeline, transform X first and pass its last step" if hasattr(estimator, "steps") else ""
    got = f"the class {estimator.__name__}" if isinstance(estimator, type) else class_name(type(estimator))
    raise EstimatorError(
        f"estimator must be an MLPClassifier or a CNNClassifier of hdr_bench.estimators, got {got}{steps}"
    )


def _rates(low: Any, high: Any, n_steps: Any) -> NDArray[np.float64]:
    for name, value in (("low", low), ("high", high)):
        if not is_number(value) or not 0 < value < np.inf:
            raise ValueError(f"{name} must be a finite number above 0, got {shown(value)}")
    if low >= high:
        raise ValueError(f"low must be below high, got low={shown(low)} and high={shown(high)}; swap or change them")
    _check_count("n_steps", n_steps, _FEWEST_STEPS, _MOST_STEPS)
    return np.geomspace(float(low), float(high), int(n_steps))


def _chosen_seeds(seeds: Any) -> tuple[int, ...]:
    if is_number(seeds):
        _check_count("seeds", seeds, 1, _MOST_SEEDS)
        return tuple(range(int(seeds)))
    if isinstance(seeds, str) or not isinstance(seeds, Iterable):
        raise ValueError(f"seeds must be a number of seeds or a sequence of seeds, got {shown(seeds)}")
    chosen = to_plain(list(seeds))
    for seed in chosen:
        _check_count("each of seeds", seed, 0, _LARGEST_SEED)
    if not chosen or len(set(chosen)) < len(chosen):
        raise ValueError(f"seeds must be at least one seed, and each only once, got {shown(chosen)}")
    return tuple(chosen)


def _check_count(name: str, value: Any, least: int, most: int) -> None:
    fault = value_fault(name, value, [Interval(Integral, least, most, closed="both")])
    if fault is not None:
        raise fault


def _sweep(
    estimator: NeuralClassifier,
    changes: dict[str, Any],
    X: ArrayLike,
    y: ArrayLike,
    rates: NDArray[np.float64],
    smoothing: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return losses and smoothed losses of one sweep, by a copy of the estimator that begins as its `fit` does."""
    network = clone(estimator).set_params(schedule="constant", schedule_params=None, **changes)
    with plain_parameters(network):
        check_parameters(network)
        config = network._config()
        rows, codes, _, seed = network._prepare(config, X, y)
        if len(rows) < config.batch_size:
            raise ValueError(
                f"a batch of batch_size={config.batch_size:,} needs at least as many training images, got "
                f"{len(rows):,}; use more images, or a smaller batch_size"
            )
        from hdr_bench.estimators.neural.rate_sweep import sweep_rates

        data = network._training_data(config, rows, codes, None)
        return sweep_rates(config, network._parsed_layers(), data, rates, smoothing, seed)
