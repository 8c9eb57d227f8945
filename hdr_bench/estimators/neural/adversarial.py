"""Adversarial training: each batch is learned as the images that mislead the network as it is now."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from numbers import Integral
from typing import Any

from hdr_bench.estimators.plain_values import is_number
from hdr_bench.exceptions import UnknownNameError, shown

_MOST_STEPS, _MOST_EPOCHS = 1_000, 1_000_000
# Of one step (Wong et al.); and of several, which reach any place of the ball from any other (Madry et al.).
_SINGLE_STEP, _SEVERAL_STEPS = 1.25, 2.5


@dataclass(frozen=True)
class AdversarialTraining:
    """How training images are changed so that the network, as it is at that step, errs as much as possible.

    Each image starts at a random place of the ball around it in the maximum norm, and takes steps along the sign of the
    loss's gradient: projected gradient descent (Madry, Makelov, Schmidt, Tsipras and Vladu, 2018, "Towards deep
    learning models resistant to adversarial attacks"). With one step it is the fast method of Wong, Rice and Kolter
    (2020), "Fast is better than free: revisiting adversarial training".

    Parameters
    ----------
    eps : float, default=0.3
        The most that a pixel changes, as a share of the range of the training pixels: 0.3 is 76.5 of 255.
    steps : int, default=1
        Steps along the gradient; each costs about as much time as a step of the training itself.
    step_size : float or None, default=None
        Length of each step, as `eps`. None takes 1.25 times `eps` for one step (Wong et al.), and for several 2.5 times
        `eps` divided by their number (Madry et al.).
    ramp_epochs : float, default=0
        Epochs in which `eps` and the steps grow from 0 to their full length, in proportion to the batches seen. Without
        them a network can stay at chance when `eps` is large.

    Raises
    ------
    ValueError
        If a value is out of its range.
    """

    eps: float = 0.3
    steps: int = 1
    step_size: float | None = None
    ramp_epochs: float = 0.0

    def __post_init__(self) -> None:
        if not is_number(self.eps) or not 0 < self.eps <= 1:
            raise ValueError(f"eps must be above 0 and at most 1, a share of the pixels' range, got {shown(self.eps)}")
        if not _is_integer(self.steps) or not 1 <= self.steps <= _MOST_STEPS:
            raise ValueError(f"steps must be an integer between 1 and {_MOST_STEPS:,}, got {shown(self.steps)}")
        if self.step_size is not None and not (is_number(self.step_size) and 0 < self.step_size <= 2):
            raise ValueError(
                f"step_size must be above 0 and at most 2, or None to follow eps, got {shown(self.step_size)}"
            )
        if not is_number(self.ramp_epochs) or not 0 <= self.ramp_epochs <= _MOST_EPOCHS:
            raise ValueError(f"ramp_epochs must be between 0 and {_MOST_EPOCHS:,}, got {shown(self.ramp_epochs)}")

    @property
    def step_length(self) -> float:
        """Length of each step, as a share of the range of the pixels."""
        if self.step_size is not None:
            return float(self.step_size)
        return float(_SINGLE_STEP * self.eps if self.steps == 1 else _SEVERAL_STEPS * self.eps / self.steps)


def _is_integer(value: Any) -> bool:
    return is_number(value) and isinstance(value, Integral)


def as_adversarial(adversarial: AdversarialTraining | Mapping[str, float] | None) -> AdversarialTraining | None:
    """Return a network's parameter `adversarial` as an `AdversarialTraining`; a mapping holds its fields.

    Parameters
    ----------
    adversarial : AdversarialTraining, mapping of str to float or None

    Returns
    -------
    training : AdversarialTraining or None

    Raises
    ------
    UnknownNameError
        If a mapping holds something else.
    ValueError
        If a value is out of its range.
    """
    if not isinstance(adversarial, Mapping):
        return adversarial
    known = [field.name for field in fields(AdversarialTraining)]
    for name in adversarial:
        if name not in known:
            raise UnknownNameError("parameter of adversarial", str(name), known)
    # A mapping may hold what is refused there.
    values: dict[str, float] = dict(adversarial)
    return AdversarialTraining(**values)  # type: ignore[arg-type]
