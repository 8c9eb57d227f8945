"""Learning-rate range test of a network that is named with its parameters, on a named data set, in this process."""

from collections.abc import Mapping
from typing import Any

from hdr_bench.datasets import load_dataset
from hdr_bench.estimators import make_estimator
from hdr_bench.exceptions import EstimatorError, HdrBenchError
from hdr_bench.experiments.measuring.process_state import limit_threads, seed_generators
from hdr_bench.import_context import own_modules
from hdr_bench.records.learning_rates import LearningRateRange


@own_modules(None)
def find_rate_range(
    method: str,
    params: Mapping[str, Any],
    dataset: str = "mnist",
    *,
    samples: int | None = None,
    threads: int = 1,
    **options: Any,
) -> LearningRateRange:
    """Test which learning rates a method learns a data set's training images with.

    Parameters
    ----------
    method : str
        A name of `ESTIMATORS`, or the dotted path of a network.
    params : mapping of str to object
        Parameters of the method.
    dataset : str, default="mnist"
        As accepted by `load_dataset`.
    samples : int, optional
        Number of training images (stratified subsample); by default all.
    threads : int, default=1
        Threads per pool.
    **options : object
        Passed on to `learning_rate_range`.

    Returns
    -------
    found : LearningRateRange

    Raises
    ------
    UnknownNameError
        If the method, the data set or a parameter is unknown; the message has the nearest name.
    EstimatorError
        If the method is not a network, or a value is out of range or does not suit the data.
    DatasetError, DatasetNotFoundError
        If the data cannot be used.
    """
    from hdr_bench.estimators.neural.rate_range import check_arguments, learning_rate_range

    estimator = make_estimator(method, **params)
    try:
        # Before the data, which may have to be fetched.
        check_arguments(estimator, **options)
        images = load_dataset(dataset)
        train = (images if samples is None else images.subsample(samples)).train
        limit_threads(threads)
        seed_generators(0)
        return learning_rate_range(estimator, train.X, train.y, **options)
    except ValueError as error:
        if isinstance(error, HdrBenchError):
            raise
        raise EstimatorError(str(error)) from error
