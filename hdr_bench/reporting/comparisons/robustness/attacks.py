"""Attacked test sets: whose gradient they were made with, and how strong they are."""

from collections.abc import Sequence
from dataclasses import dataclass

from hdr_bench.records.distortions import Attack
from hdr_bench.records.text import pluralize
from hdr_bench.reporting.comparisons.robustness.outcomes import Outcome

OWN_GRADIENT = "own gradient"


@dataclass(frozen=True)
class AttackKind:
    """An attack but for its size: what the points of one curve over eps have in common.

    Attributes
    ----------
    name : str
        Of the attack, as a suite names it.
    steps, restarts : int
    transferred_from : str
        Case whose fitted method the images were made for; empty if for each method itself.
    step_size : float or None, default=None
        Length of each step, where the suite gives it.
    """

    name: str
    steps: int
    restarts: int
    transferred_from: str
    step_size: float | None = None

    @property
    def title(self) -> str:
        """What is done, as tables show it, e.g. ``"PGD, 40 steps"``."""
        return attack_title(self.name, self.steps, self.restarts, self.step_size)

    @property
    def origin(self) -> str:
        """Whose gradient the images were made with."""
        return f"transferred from {self.transferred_from}" if self.transferred_from else OWN_GRADIENT


def attack_title(name: str, steps: int, restarts: int, step_size: float | None = None) -> str:
    """Return what an attack is, without its size.

    Parameters
    ----------
    name : str
        As a suite names it.
    steps, restarts : int
    step_size : float or None, default=None
        Length of each step; None if the attack chose it.

    Returns
    -------
    title : str

    Examples
    --------
    >>> attack_title("pgd", 40, 2), attack_title("fgsm", 1, 1), attack_title("pgd", 40, 1, 0.01)
    ('PGD, 40 steps, 2 restarts', 'FGSM', 'PGD, 40 steps of 0.01')
    """
    parts = [name.upper()]
    if steps > 1 or step_size is not None:
        length = "" if step_size is None else f" of {step_size:g}"
        parts.append(f"{pluralize(steps, 'step')}{length}")
    if restarts > 1:
        parts.append(f"{restarts} restarts")
    return ", ".join(parts)


def kind_of(outcome: Outcome, attack: Attack) -> AttackKind:
    """Return the kind of attack that an outcome is of.

    Parameters
    ----------
    outcome : Outcome
    attack : Attack
        What was done to its images.

    Returns
    -------
    kind : AttackKind
    """
    return AttackKind(attack.name, attack.steps, attack.restarts, outcome.transferred_from, attack.step_size)


def attacks_of(outcomes: Sequence[Outcome]) -> dict[AttackKind, tuple[Outcome, ...]]:
    """Return the outcomes of attacks, kind by kind; those with each method's own gradient first.

    Parameters
    ----------
    outcomes : sequence of Outcome
        Of a run.

    Returns
    -------
    attacks : dict of AttackKind to tuple of Outcome
        The least eps first, each in the suite's order. Test sets of the same images, which differ in whose images
        other methods are evaluated on, are one.
    """
    kinds: dict[AttackKind, list[tuple[float, Outcome]]] = {}
    known: set[tuple[str, str, tuple[str, ...]]] = set()
    for each in outcomes:
        images = each.label, each.transferred_from, each.images
        if each.attack is None or (each.images and images in known):
            continue
        known.add(images)
        kinds.setdefault(kind_of(each, each.attack), []).append((each.attack.eps, each))
    ordered = sorted(kinds, key=lambda kind: bool(kind.transferred_from))
    return {kind: tuple(outcome for _, outcome in sorted(kinds[kind], key=lambda pair: pair[0])) for kind in ordered}
