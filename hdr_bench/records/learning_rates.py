"""Result of a learning-rate range test."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hdr_bench.records.rate_rule import RateSuggestion, suggest_rates

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class LearningRateRange:
    """Losses of a learning-rate range test, and the range of rates that they suggest.

    Attributes
    ----------
    seeds : tuple of int
        Seed of each sweep.
    rates : ndarray of shape (n_steps,)
        float64; learning rate of each step, ascending.
    losses : ndarray of shape (n_seeds, n_steps)
        float64; training loss of each batch before its step, NaN after the sweep has stopped.
    smoothed : ndarray of shape (n_seeds, n_steps)
        float64; exponential moving average of the losses with bias correction, NaN after the sweep has stopped.
    """

    seeds: tuple[int, ...]
    rates: NDArray[np.float64] = field(repr=False)
    losses: NDArray[np.float64] = field(repr=False)
    smoothed: NDArray[np.float64] = field(repr=False)

    @property
    def suggested(self) -> tuple[float, float] | None:
        """Lowest and highest suggested rate, by `hdr_bench.records.rate_rule.suggest_rates`; None if there is none."""
        return self._suggestion.rates

    @property
    def remark(self) -> str:
        """Why no range is suggested, or what limits it; empty if nothing does."""
        return self._suggestion.remark

    def frame(self) -> "pd.DataFrame":
        """Return the losses of each sweep.

        Returns
        -------
        frame : DataFrame
            A row for each ``seed`` and ``step`` (from 0), with its ``rate``, ``loss`` and ``smoothed`` loss; both are
            NaN after the sweep has stopped.
        """
        import pandas as pd

        n_steps = len(self.rates)
        return pd.DataFrame(
            {
                "seed": np.repeat(self.seeds, n_steps),
                "step": np.tile(np.arange(n_steps), len(self.seeds)),
                "rate": np.tile(self.rates, len(self.seeds)),
                "loss": self.losses.ravel(),
                "smoothed": self.smoothed.ravel(),
            }
        )

    def curve(self) -> "pd.DataFrame":
        """Return the smoothed loss over all sweeps; a sweep that has stopped counts as infinite loss.

        Without those, the median would improve whenever a sweep diverges.

        Returns
        -------
        curve : DataFrame
            A row for each ``rate``: ``median``, ``lowest`` and ``highest`` over the sweeps, and ``sweeps``, the number
            that have not stopped.
        """
        import pandas as pd

        losses = _stopped_as_infinite(self.smoothed)
        return pd.DataFrame(
            {
                "rate": self.rates,
                "median": np.median(losses, axis=0),
                "lowest": losses.min(axis=0),
                "highest": losses.max(axis=0),
                "sweeps": np.isfinite(losses).sum(axis=0),
            }
        )

    def describe(self) -> str:
        """Return the suggested range in a sentence, with the remark if there is one.

        Returns
        -------
        text : str
        """
        if self.suggested is None:
            return f"No learning rate is suggested: {self.remark}."
        low, high = self.suggested
        text = f"Suggested learning rates: {low:.2g} to {high:.2g}, over which the loss falls"
        return f"{text}; {self.remark}." if self.remark else f"{text}."

    @cached_property
    def _suggestion(self) -> RateSuggestion:
        return suggest_rates(self.rates, np.median(_stopped_as_infinite(self.smoothed), axis=0))


def _stopped_as_infinite(smoothed: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(np.isfinite(smoothed), smoothed, np.inf)
