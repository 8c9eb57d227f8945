"""Adversarial training: learning from images that mislead the network in its current state."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from numbers import Integral
from typing import Any

from hdr_bench.estimators.plain_values import is_number, to_plain
from hdr_bench.exceptions import UnknownNameError, shown

_MOST_STEPS, _MOST_EPOCHS = 1_000, 1_000_000
# Defaults for one step (Wong et al.) and for several, which can reach any point of the ball from any other (Madry et
# al.).
_SINGLE_STEP, _SEVERAL_STEPS = 1.25, 2.5


@dataclass(frozen=True)
class AdversarialTraining:
    """Change of the training images that maximizes the network's error at each step.

    Each image starts at a random point of the ball around it in the maximum norm, and takes steps along the sign of the
    gradient of the loss: projected gradient descent (Madry, Makelov, Schmidt, Tsipras and Vladu, 2018, "Towards deep
    learning models resistant to adversarial attacks"). With one step it is the fast method of Wong, Rice and Kolter
    (2020), "Fast is better than free: revisiting adversarial training".

    Parameters
    ----------
    eps : float, default=0.3
        Maximum change of a pixel, as a fraction of the range of the training pixels: 0.3 is 76.5 of 255.
    steps : int, default=1
        Number of steps along the gradient; each takes about as long as a training step.
    step_size : float or None, default=None
        Length of each step, in the unit of `eps`. None uses 1.25 times `eps` for one step (Wong et al.), and for
        several steps 2.5 times `eps` divided by their number (Madry et al.).
    ramp_epochs : float, default=0
        Number of epochs over which `eps` and the steps grow from 0 to their full length, in proportion to the batches
        seen. Without a ramp, a network can stay at chance level if `eps` is large.

    Raises
    ------
    ValueError
        If a value is out of range.
    """

    eps: float = 0.3
    steps: int = 1
    step_size: float | None = None
    ramp_epochs: float = 0.0

    def __post_init__(self) -> None:
        if not is_number(self.eps) or not 0 < self.eps <= 1:
            raise ValueError(
                f"eps must be above 0 and at most 1, as a fraction of the pixels' range, got {shown(self.eps)}"
            )
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
        """Length of each step, as a fraction of the range of the pixels."""
        if self.step_size is not None:
            return float(self.step_size)
        return float(_SINGLE_STEP * self.eps if self.steps == 1 else _SEVERAL_STEPS * self.eps / self.steps)


def _is_integer(value: Any) -> bool:
    return is_number(value) and isinstance(to_plain(value), Integral)


def as_adversarial(adversarial: AdversarialTraining | Mapping[str, float] | None) -> AdversarialTraining | None:
    """Convert a network's parameter `adversarial` to `AdversarialTraining`; a mapping holds its fields.

    Parameters
    ----------
    adversarial : AdversarialTraining, mapping of str to float or None

    Returns
    -------
    training : AdversarialTraining or None

    Raises
    ------
    UnknownNameError
        If a mapping has any other key.
    ValueError
        If a value is out of range.
    """
    if not isinstance(adversarial, Mapping):
        return adversarial
    known = [field.name for field in fields(AdversarialTraining)]
    for name in adversarial:
        if name not in known:
            raise UnknownNameError("parameter of adversarial", str(name), known)
    # A mapping may contain values that the constructor refuses.
    values: dict[str, float] = dict(adversarial)
    return AdversarialTraining(**values)  # type: ignore[arg-type]
