"""Attacks by name, with their defaults; imports neither scikit-learn nor torch, since plans need it."""

from dataclasses import dataclass
from numbers import Integral
from typing import Any

from hdr_bench.exceptions import UnknownNameError, shown
from hdr_bench.records.distortions import MOST_RESTARTS, MOST_STEPS, Attack

ATTACKS_VERSION = 1
"""Incremented when any attack produces different images than before; part of the identity of attacked images."""

# Total length of all steps relative to eps: enough to reach any point in the ball from any other (Madry et al.).
_REACH = 2.5


@dataclass(frozen=True)
class AttackMethod:
    """Description and defaults of an attack.

    Attributes
    ----------
    description : str
        What it does, in one sentence.
    cites : tuple of str
        Keys of its papers in ``references.bib``.
    steps : int
        Default number of steps along the gradient.
    is_single : bool
        Whether it takes one step of length `eps` from the image itself; otherwise it may take several, from random
        starts.
    """

    description: str
    cites: tuple[str, ...]
    steps: int
    is_single: bool


ATTACKS: dict[str, AttackMethod] = {
    "fgsm": AttackMethod(
        "Fast gradient sign method: one step of length eps along the sign of the loss's gradient.",
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
    """Return an attack, with defaults for values that are None.

    Parameters
    ----------
    name : str
        A name of `ATTACKS`.
    eps : float
        Largest change of a pixel, as a fraction of the pixel range: 0.1 is 25.5 of 255.
    steps : int or None, default=None
        Steps along the gradient: 1 for "fgsm", 40 for "pgd" by default.
    step_size : float or None, default=None
        Length of each step, in the same unit as `eps`. None means `eps` for "fgsm" and ``2.5 * eps / steps`` for "pgd".
    restarts : int or None, default=None
        Number of random starts of "pgd", of which the worst counts for each image; 1 by default.

    Returns
    -------
    attack : Attack

    Raises
    ------
    UnknownNameError
        If the attack is unknown.
    ValueError
        If a value is out of range, or "fgsm" is given an option of "pgd".

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
    """Check the values of an attack.

    Parameters
    ----------
    attack : Attack

    Raises
    ------
    UnknownNameError
        If the attack is unknown.
    ValueError
        If a value is out of range, or "fgsm" is given an option of "pgd".
    """
    if attack.name not in ATTACKS:
        raise UnknownNameError("attack", attack.name, ATTACKS)
    for name in ("eps", "step_size"):
        value = getattr(attack, name)
        if value is not None and not 0 < value <= 1:
            raise ValueError(
                f"{name} must be above 0 and at most 1, as a fraction of the pixel range, got {shown(value)}"
            )
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
                f"{name} must be {only} or omitted for {attack.name!r}, which takes one step of length eps, got "
                f"{shown(value)}; use 'pgd' for several steps"
            )


def step_length(attack: Attack) -> float:
    """Return the length of each step, as a fraction of the pixel range.

    Parameters
    ----------
    attack : Attack

    Returns
    -------
    length : float
        By default 2.5 times `eps` divided by the number of steps, as in Madry et al. (2018), so that an image can reach
        any point in the ball from any start, and move along its border.
    """
    if attack.step_size is not None:
        return attack.step_size
    return attack.eps if ATTACKS[attack.name].is_single else _REACH * attack.eps / attack.steps
