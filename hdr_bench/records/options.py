"""Options of a run, each declared once for Python, the command line, the run's record, and a report's command.

To add an option, add a field to `Settings` if it affects the results, or else to `RunOptions`, and read it where it
takes effect. `run_suite`, `hdr-bench run`, their documentation, and the command printed in reports follow
automatically.
"""

import os
import shlex
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from hdr_bench.exceptions import SuiteError, UnknownNameError
from hdr_bench.records.base import (
    LARGEST_SEED,
    MOST_REPEATS,
    MOST_SAMPLES,
    MOST_THREADS,
    Bytes,
    Flag,
    Seconds,
    Whole,
)
from hdr_bench.records.faults import describe_faults
from hdr_bench.records.option_description import Option, add_documentation, flag_of, option_of

Rerun = Literal["missing", "failed", "without-model", "all"]
"""Which trials to run: missing ones, also failed ones, also those without a saved model, or all."""

Samples = Annotated[Whole, Field(ge=2, le=MOST_SAMPLES)]
Repeats = Annotated[Whole, Field(ge=1, le=MOST_REPEATS)]
Seed = Annotated[Whole, Field(ge=0, le=LARGEST_SEED)]
Count = Annotated[Whole, Field(ge=1, le=MOST_THREADS)]


def _as_path(value: Any) -> Any:
    return Path(value) if isinstance(value, str | os.PathLike) else value


def _write_seconds(seconds: float) -> str:
    return f"{seconds:g}s"


def _write_bytes(size: int) -> str:
    return f"{size}B"


_THREADS = Option("Threads per pool in each trial (default: all cores, shared among jobs).", "int", parse=int)


class Settings(BaseModel):
    """Options that affect the results and are recorded for the run; None leaves an option to the suite."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    dataset: Annotated[
        str | None,
        Option(
            "Data set to use instead of the suite's.",
            "str",
            metavar="NAME",
            completion="hdr_bench.cli.completion:complete_dataset",
        ),
    ] = None
    samples: Annotated[
        Samples | None, Option("Number of training images (stratified subsample).", "int", parse=int)
    ] = None
    repeats: Annotated[
        Repeats | None,
        Option(
            "Number of seeds per stochastic method, overriding the suite's repeats and max_repeats.",
            "int",
            parse=int,
        ),
    ] = None
    seed: Annotated[Seed, Option("First seed.", "int", parse=int)] = 0
    threads: Annotated[Count, _THREADS] = 1
    time_limit: Annotated[
        Seconds | None,
        Option(
            "Time limit per trial, overriding the suite's, e.g. 90s, 10min, 2h; a plain number is in seconds.",
            "float or str",
            metavar="TIME",
            write=_write_seconds,
        ),
    ] = None
    memory_limit: Annotated[
        Bytes | None,
        Option(
            "Memory limit per trial, above what its process has at the start, overriding the suite's "
            "limit, e.g. 500MB, 8GB; a plain number is in bytes.",
            "int or str",
            metavar="SIZE",
            write=_write_bytes,
        ),
    ] = None
    full: Annotated[Flag, Option("Run cases at full size that the suite reduces.", "bool", parse=bool)] = False


class RunOptions(Settings):
    """Options of a run, validated.

    Parameters
    ----------
    **options : Any
        The fields by name.

    Raises
    ------
    SuiteError
        If a value is out of range; the message names all such options.
    UnknownNameError
        If an option is unknown.

    Examples
    --------
    >>> RunOptions(samples=500, time_limit="10min").time_limit
    600.0
    """

    # The number of cores to derive it from is unknown until the run begins.
    threads: Annotated[Count | None, _THREADS] = None  # type: ignore[assignment]
    only: Annotated[
        str | None,
        Option("Pattern for the names of the cases to run, e.g. 'SVM*'; not case-sensitive.", "str", metavar="PATTERN"),
    ] = None
    rerun: Annotated[
        Rerun,
        Option(
            "Trials to run: only missing ones, failed ones too, those without a saved model too (with "
            "--keep-models), or all.",
            "str",
            choices=get_args(Rerun),
        ),
    ] = "missing"
    keep_models: Annotated[
        Flag,
        Option(
            "Save the fitted model of each trial that runs, in models/ in the run's folder. Stored trials are not "
            "fitted again for this unless --rerun without-model is given.",
            "bool",
            parse=bool,
        ),
    ] = False
    jobs: Annotated[
        Count,
        Option(
            "Number of concurrent trials; times disturbed by them are marked and not ranked. Cases with a published "
            "time run before the others, one trial at a time.",
            "int",
            parse=int,
        ),
    ] = 1
    backend: Annotated[
        str | None,
        Option(
            "Where trials run (default: local for several jobs).",
            "str",
            choices="hdr_bench.experiments.processes.backends:CHOICES",
        ),
    ] = None
    scheduler: Annotated[
        str | None, Option("Address of a Dask scheduler, e.g. tcp://HOST:8786.", "str", metavar="ADDRESS")
    ] = None
    out: Annotated[
        Path | None,
        BeforeValidator(_as_path),
        Option(
            "Folder of the run (default: reports/SUITE, or reports/SUITE-DATASET for another data set).",
            "path-like",
            parse=Path,
            metavar="DIR",
        ),
    ] = None

    def __init__(self, **options: Any) -> None:
        for name in options:
            if name not in type(self).model_fields:
                raise UnknownNameError("option of a run", name, type(self).model_fields)
        try:
            super().__init__(**options)
        except ValidationError as error:
            raise SuiteError("; ".join(describe_faults(error, type(self), options))) from error
        if self.rerun == "without-model" and not self.keep_models:
            raise SuiteError("rerun: 'without-model' needs keep_models (--keep-models); set it too")

    # pydantic then validates options within another record by itself, as for `SuitePart`.
    __init__.__pydantic_base_init__ = True  # type: ignore[attr-defined]

    @property
    def settings(self) -> Settings:
        """The options in the run's record, with the resulting number of threads."""
        from hdr_bench.records.environment import available_cores

        threads = max(available_cores() // self.jobs, 1) if self.threads is None else self.threads
        values = {name: getattr(self, name) for name in Settings.model_fields}
        return Settings(**{**values, "threads": threads})


def run_command(origin: str, settings: Settings) -> str:
    """Return the command that repeats the run of a suite.

    Parameters
    ----------
    origin : str
        Name or path under which the suite was requested.
    settings : Settings
        Settings in the run's record.

    Returns
    -------
    command : str
        Quoted for a shell, with the options that differ from their defaults.

    Examples
    --------
    >>> run_command("my suite.toml", Settings(samples=100, time_limit=60, full=True))
    "hdr-bench run 'my suite.toml' --samples 100 --threads 1 --time-limit 60s --full"
    """
    return shlex.join(["hdr-bench", "run", origin, *settings_words(settings)])


def settings_words(settings: Settings) -> list[str]:
    """Return the words of a command that applies these settings.

    Parameters
    ----------
    settings : Settings
        Settings in the run's record.

    Returns
    -------
    words : list of str
        For the options that differ from their defaults.
    """
    words = []
    for name in Settings.model_fields:
        field, value = RunOptions.model_fields[name], getattr(settings, name)
        if value != field.default:
            words += _words(name, option_of(field), value)
    return words


def _words(name: str, option: Option, value: Any) -> list[str]:
    flag = flag_of(name)
    return [flag] if option.parse is bool else [flag, option.write(value)]


Settings.__doc__ = add_documentation(Settings.__doc__, Settings, "Attributes")
RunOptions.__doc__ = add_documentation(RunOptions.__doc__, RunOptions, "Attributes", before="Raises")
