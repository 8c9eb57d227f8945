"""Attacked test sets: whose gradient they were made with, and how strong they are."""

from collections.abc import Sequence
from dataclasses import dataclass

from hdr_bench.records.distortions import Attack
from hdr_bench.reporting.comparisons.robustness.outcomes import Outcome

OWN_GRADIENT = "own gradient"


@dataclass(frozen=True, order=True)
class AttackKind:
    """An attack but for its size: what the points of one curve over eps have in common.

    Attributes
    ----------
    name : str
        Of the attack, as a suite names it.
    steps, restarts : int
    transferred_from : str
        Case whose fitted method the images were made for; empty if for each method itself.
    """

    name: str
    steps: int
    restarts: int
    transferred_from: str

    @property
    def title(self) -> str:
        """What is done, as tables show it, e.g. ``"PGD, 40 steps"``."""
        return attack_title(self.name, self.steps, self.restarts)

    @property
    def origin(self) -> str:
        """Whose gradient the images were made with."""
        return f"transferred from {self.transferred_from}" if self.transferred_from else OWN_GRADIENT


def attack_title(name: str, steps: int, restarts: int) -> str:
    """Return what an attack is, without its size.

    Parameters
    ----------
    name : str
        As a suite names it.
    steps, restarts : int

    Returns
    -------
    title : str

    Examples
    --------
    >>> attack_title("pgd", 40, 2), attack_title("fgsm", 1, 1)
    ('PGD, 40 steps, 2 restarts', 'FGSM')
    """
    parts = [name.upper()]
    if steps > 1:
        parts.append(f"{steps} steps")
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
    return AttackKind(attack.name, attack.steps, attack.restarts, outcome.transferred_from)


def attacks_of(outcomes: Sequence[Outcome]) -> dict[AttackKind, tuple[Outcome, ...]]:
    """Return the outcomes of attacks, kind by kind; those with each method's own gradient first.

    Parameters
    ----------
    outcomes : sequence of Outcome
        Of a run.

    Returns
    -------
    attacks : dict of AttackKind to tuple of Outcome
        The least eps first, each in the suite's order.
    """
    kinds: dict[AttackKind, list[tuple[float, Outcome]]] = {}
    for each in outcomes:
        if each.attack is not None:
            kinds.setdefault(kind_of(each, each.attack), []).append((each.attack.eps, each))
    ordered = sorted(kinds, key=lambda kind: bool(kind.transferred_from))
    return {kind: tuple(outcome for _, outcome in sorted(kinds[kind], key=lambda pair: pair[0])) for kind in ordered}
