"""The attacks by name, and their defaults; no scikit-learn and no torch here, since plans read it."""

from dataclasses import dataclass
from numbers import Integral
from typing import Any

from hdr_bench.exceptions import UnknownNameError, shown
from hdr_bench.records.distortions import MOST_RESTARTS, MOST_STEPS, Attack

ATTACKS_VERSION = 1
"""Raised when any attack makes other images than before: it is part of what identifies attacked images."""

# What one step, repeated, can reach in all: any place of the ball from any other, with some to spare (Madry et al.).
_REACH = 2.5


@dataclass(frozen=True)
class AttackMethod:
    """All that is said of an attack outside its code.

    Attributes
    ----------
    description : str
        What it does, in a sentence.
    cites : tuple of str
        Keys of its papers in ``references.bib``.
    steps : int
        Steps along the gradient by default.
    is_single : bool
        It takes one step of the length `eps`, from the image itself; otherwise it may take several, from random starts.
    """

    description: str
    cites: tuple[str, ...]
    steps: int
    is_single: bool


ATTACKS: dict[str, AttackMethod] = {
    "fgsm": AttackMethod(
        "Fast gradient sign method: one step of the length eps along the sign of the loss's gradient.",
        cites=("goodfellow2015",),
        steps=1,
        is_single=True,
    ),
    "pgd": AttackMethod(
        "Projected gradient descent: several steps along the sign of the loss's gradient, from random starts.",
        cites=("madry2018",),
        steps=40,
        is_single=False,
    ),
}
"""The attacks by name."""


def make_attack(
    name: str, eps: float, *, steps: int | None = None, step_size: float | None = None, restarts: int | None = None
) -> Attack:
    """Return an attack, with its defaults for what is None.

    Parameters
    ----------
    name : str
        A name of `ATTACKS`.
    eps : float
        The most that a pixel changes, as a share of the pixels' range: 0.1 is 25.5 of 255.
    steps : int or None, default=None
        Steps along the gradient: 1 for "fgsm", 40 for "pgd" by default.
    step_size : float or None, default=None
        Length of each step, as `eps`. None is `eps` for "fgsm" and ``2.5 * eps / steps`` for "pgd".
    restarts : int or None, default=None
        Random starts of "pgd", of which the worst counts for each image; 1 by default.

    Returns
    -------
    attack : Attack

    Raises
    ------
    UnknownNameError
        If there is no such attack.
    ValueError
        If a value is out of its range, or "fgsm" is given what only "pgd" has.

    Examples
    --------
    >>> from hdr_bench.robustness import make_attack
    >>> make_attack("pgd", 0.1).steps
    40
    """
    if name not in ATTACKS:
        raise UnknownNameError("attack", name, ATTACKS)
    method = ATTACKS[name]
    for what, value in (("steps", steps), ("restarts", restarts)):
        _check_whole(what, value)
    attack = Attack(
        name=name,
        eps=eps,
        steps=method.steps if steps is None else steps,
        step_size=step_size,
        restarts=1 if restarts is None else restarts,
    )
    check_attack(attack)
    return attack


def _check_whole(name: str, value: Any) -> None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, Integral)):
        raise ValueError(f"{name} must be a whole number, got {shown(value)}")


def check_attack(attack: Attack) -> None:
    """Check what an attack holds.

    Parameters
    ----------
    attack : Attack

    Raises
    ------
    UnknownNameError
        If there is no such attack.
    ValueError
        If a value is out of its range, or "fgsm" is given what only "pgd" has.
    """
    if attack.name not in ATTACKS:
        raise UnknownNameError("attack", attack.name, ATTACKS)
    for name in ("eps", "step_size"):
        value = getattr(attack, name)
        if value is not None and not 0 < value <= 1:
            raise ValueError(f"{name} must be above 0 and at most 1, a share of the pixels' range, got {shown(value)}")
    for name, most in (("steps", MOST_STEPS), ("restarts", MOST_RESTARTS)):
        value = getattr(attack, name)
        if not 1 <= value <= most:
            raise ValueError(f"{name} must be between 1 and {most:,}, got {shown(value)}")
    if not ATTACKS[attack.name].is_single:
        return
    for name, only in (("steps", 1), ("restarts", 1), ("step_size", None)):
        value = getattr(attack, name)
        if value != only:
            raise ValueError(
                f"{name} must be {only} or left out with {attack.name!r}, whose one step is as long as eps, got "
                f"{shown(value)}; use 'pgd' for several steps"
            )


def step_length(attack: Attack) -> float:
    """Return the length of each step, as a share of the pixels' range.

    Parameters
    ----------
    attack : Attack

    Returns
    -------
    length : float
        Madry et al. (2018) take 2.5 times `eps` divided by the number of steps, with which an image can reach any place
        of its ball from any start, and move along its border.
    """
    if attack.step_size is not None:
        return attack.step_size
    return attack.eps if ATTACKS[attack.name].is_single else _REACH * attack.eps / attack.steps
