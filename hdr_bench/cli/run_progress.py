"""Progress of a run, as a command shows it."""

from typing import TYPE_CHECKING

from hdr_bench.cli.output import make_console

if TYPE_CHECKING:
    from hdr_bench.experiments.messages import Progress


def make_progress(*, is_quiet: bool) -> "Progress":
    """Return progress for the output in use: bars on a terminal, lines in a file, or none.

    Parameters
    ----------
    is_quiet : bool
        Whether to show nothing.

    Returns
    -------
    progress : Progress
    """
    from hdr_bench.experiments.messages import NoProgress
    from hdr_bench.experiments.progress import BarProgress, LineProgress

    if is_quiet:
        return NoProgress()
    console = make_console(stderr=True)
    return BarProgress(console) if console.is_terminal else LineProgress(console)
