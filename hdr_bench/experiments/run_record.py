"""The record of a run: the suite, what the caller chose beside it, and the trials."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from hdr_bench.experiments.bounds import LARGEST_SEED, MOST_REPEATS, MOST_SAMPLES, MOST_THREADS
from hdr_bench.experiments.protocol import Kind
from hdr_bench.experiments.quantities import Bytes, Flag, Seconds, Whole
from hdr_bench.experiments.seed_decision import SeedDecision
from hdr_bench.experiments.suite import Suite
from hdr_bench.experiments.text import writable_content

Key = Annotated[str, Field(pattern=r"^[^/\\\x00]*$", max_length=200)]
"""Name of a trial's file, which cannot lead out of its folder."""


class Settings(BaseModel):
    """What the caller of a run chose beside the suite; None leaves it to the suite."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    dataset: str | None = None
    samples: Annotated[Whole, Field(ge=2, le=MOST_SAMPLES)] | None = None
    repeats: Annotated[Whole, Field(ge=1, le=MOST_REPEATS)] | None = None
    seed: Annotated[Whole, Field(ge=0, le=LARGEST_SEED)] = 0
    threads: Annotated[Whole, Field(ge=1, le=MOST_THREADS)] = 1
    full: Flag = False
    time_limit: Seconds | None = None
    memory_limit: Bytes | None = None


class Planned(BaseModel):
    """A trial of a run, as far as a reader needs it before its result is there."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: Key
    limited_key: Key = ""
    case: str
    seed: int
    protocol: Kind = "holdout"
    fold: int | None = None
    samples: int | None = None


def _each_once(trials: tuple[Planned, ...]) -> tuple[Planned, ...]:
    """Return trials without repetitions: one that a changed file names twice was fitted once."""
    first: dict[str, Planned] = {}
    for planned in trials:
        first.setdefault(planned.key, planned)
    return tuple(first.values())


class RunRecord(BaseModel):
    """What a run is made of: the suite, what it was asked for as, the settings, and its trials in their order.

    Version 1 (0.1.0): the first. Version 2 (0.2.0): a trial's second key, for an outcome that its limits decided.
    Version 3 (0.2.0): references of suites and cases, protocols of published figures. Version 4 (0.2.0): with trials
    whose predictions are in compact form; whether a case needs more seeds.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    format_version: Literal[4] = 4
    suite: Suite
    origin: Annotated[str, BeforeValidator(writable_content)]
    settings: Settings
    trials: Annotated[tuple[Planned, ...], AfterValidator(_each_once)]
    decisions: tuple[SeedDecision, ...] = ()
