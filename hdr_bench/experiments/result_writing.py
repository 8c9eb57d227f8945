"""Results of trials, and of fits within a grid search, written to a run's folder."""

from hdr_bench.exceptions import StoreError
from hdr_bench.records.failures import describe_failure, describe_traceback
from hdr_bench.records.fit_store import FitStore
from hdr_bench.records.predictions import Predictions
from hdr_bench.records.result import Result, failed_result
from hdr_bench.records.store import Store


def write_result(result: Result, predictions: Predictions | None, run_store: Store) -> Result:
    """Write a result; if no file can represent it, the trial has failed, and the remaining trials continue.

    Parameters
    ----------
    result : Result
    predictions : Predictions or None
    run_store : Store
        Store in the run's folder.

    Returns
    -------
    result : Result
        As written: that of a failed trial if the given one cannot be.

    Raises
    ------
    OSError, StoreError
        If the folder cannot be written.
    """
    try:
        _write_file(result, predictions, run_store)
    except (OSError, StoreError):
        raise
    except Exception as error:  # noqa: BLE001  # a method may have put anything into its result
        reason = f"the result could not be stored: {describe_failure(error)}"
        failed = failed_result(result.trial, reason, result.environment, describe_traceback(error))
        result = failed.model_copy(update={"key": result.key})
        _write_file(result, None, run_store)
    if result.trial.search is not None and result.status == "ok":
        FitStore(run_store.folder, result.trial.key).clear()
    return result


def _write_file(result: Result, predictions: Predictions | None, run_store: Store) -> None:
    if (fit := result.trial.search_fit) is not None:
        FitStore(run_store.folder, fit.search).write(result)
    else:
        run_store.write(result, predictions)
