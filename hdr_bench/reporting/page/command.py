"""The command that runs a suite again as it was run."""

import shlex

from hdr_bench.records.run_record import RunRecord


def run_command(run: RunRecord) -> str:
    """Return the command that runs the suite as it was run.

    Parameters
    ----------
    run : RunRecord
        The run.

    Returns
    -------
    command : str
        Empty for a suite that was made in code.
    """
    if not run.origin:
        return ""
    settings = run.settings
    options = {
        "dataset": settings.dataset,
        "samples": settings.samples,
        "repeats": settings.repeats,
        "seed": settings.seed or None,
        "threads": settings.threads,
        "time-limit": settings.time_limit and f"{settings.time_limit:g}s",
        "memory-limit": settings.memory_limit and f"{int(settings.memory_limit)}B",
    }
    words = ["hdr-bench", "run", run.origin]
    words += [word for name, value in options.items() if value is not None for word in (f"--{name}", str(value))]
    return shlex.join([*words, "--full"] if settings.full else words)
