"""What the caller of a run chose, checked."""

from typing import Any

from pydantic import ValidationError

from hdr_bench.exceptions import SuiteError
from hdr_bench.experiments.environment import available_cores
from hdr_bench.experiments.run_record import Settings


def make_settings(*, threads: int | None = None, jobs: int = 1, **chosen: Any) -> Settings:
    """Return the settings of a run; by default with as many threads as this process may use cores, shared among jobs.

    Raises
    ------
    SuiteError
        If a value is not possible.
    """
    try:
        return Settings(threads=max(available_cores() // jobs, 1) if threads is None else threads, **chosen)
    except ValidationError as error:
        fault = error.errors()[0]
        message = fault["msg"].removeprefix("Value error, ")
        raise SuiteError(f"{fault['loc'][0]}={fault['input']!r} is not possible: {message}") from error
