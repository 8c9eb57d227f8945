"""What the caller of a run chose, checked."""

from typing import Annotated, Any

from pydantic import BaseModel, Field, ValidationError

from hdr_bench.exceptions import SuiteError
from hdr_bench.records.base import MOST_THREADS, Whole
from hdr_bench.records.environment import available_cores
from hdr_bench.records.faults import describe_faults
from hdr_bench.records.run_record import Settings


class _Jobs(BaseModel):
    jobs: Annotated[Whole, Field(ge=1, le=MOST_THREADS)]


def make_settings(*, threads: int | None = None, jobs: int = 1, **chosen: Any) -> Settings:
    """Return the settings of a run; by default with as many threads as this process may use cores, shared among jobs.

    Raises
    ------
    SuiteError
        If a value is out of its range; the message names it.
    """
    _validated(_Jobs, {"jobs": jobs})
    shared = max(available_cores() // jobs, 1) if threads is None else threads
    settings: Settings = _validated(Settings, {"threads": shared, **chosen})
    return settings


def _validated(model: type[BaseModel], values: dict[str, Any]) -> Any:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise SuiteError("; ".join(describe_faults(error, model, values))) from error
