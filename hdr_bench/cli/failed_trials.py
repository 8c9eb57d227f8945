"""The last lines of `run` and `report`: which trials have no result, and what that makes of the exit code."""

from typing import TYPE_CHECKING

from hdr_bench.cli.errors import ExitCode
from hdr_bench.cli.streams import say

if TYPE_CHECKING:
    import pandas as pd


def print_failed_trials(results: "pd.DataFrame", only: str | None) -> ExitCode:
    """Print how many trials failed or have no result, and return the exit code that the chosen ones deserve.

    Parameters
    ----------
    results : DataFrame
        As `hdr_bench.load_results` returns it, of the whole run.
    only : str or None
        Pattern of the cases that were asked for; None for all.

    Returns
    -------
    code : ExitCode
    """
    from hdr_bench.experiments.planning.protocols import is_asked

    asked = results["case"].map(lambda case: is_asked(case, only)).astype(bool)
    chosen, others = results[asked], results[~asked]
    bad, newer = _count_bad(chosen), _count_newer(chosen)
    if bad:
        say(f"{bad} of {len(chosen)} trials failed or have no result; to run them again: --rerun failed")
    if newer:
        say(f"{newer} of {len(chosen)} results are of a newer format; use the version that wrote them")
    if left := _count_bad(others) + _count_newer(others):
        say(
            f"not asked for, and not counted: {left} of {len(others)} trials of other cases failed or have no result; "
            "to run them again: --rerun failed, without --only"
        )
    return ExitCode.TRIALS_FAILED if bad or newer else ExitCode.RIGHT


def _count_newer(results: "pd.DataFrame") -> int:
    return int((results["status"] == "newer").sum())


def _count_bad(results: "pd.DataFrame") -> int:
    return int((results["status"] != "ok").sum()) - _count_newer(results)
