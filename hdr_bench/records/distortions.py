"""Distortions of test images: corruptions, and attacks on a method."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator

from hdr_bench.exceptions import shown
from hdr_bench.records.base import Record

MOST_STEPS, MOST_RESTARTS = 10_000, 100
"""Largest number for an attack: more would take days."""


def _check_severity(value: Any) -> Any:
    # True is equal to 1.
    if isinstance(value, bool) or value not in (1, 2, 3, 4, 5, "mnist-c"):
        raise ValueError(f'must be a step from 1 to 5, or "mnist-c", got {shown(value)}')
    return value


Severity = Annotated[Literal[1, 2, 3, 4, 5, "mnist-c"], BeforeValidator(_check_severity)]
"""Severity on a corruption's scale, or that of MNIST-C's published files."""


class Corruption(Record):
    """Corruption of test images.

    Attributes
    ----------
    name : str
        A name from `hdr_bench.robustness.CORRUPTIONS`.
    severity : {1, 2, 3, 4, 5, "mnist-c"}
        Severity on its scale, or that of MNIST-C's published files.
    """

    name: str
    severity: Severity = 3


class Attack(Record):
    """Attack on test images, with changes bounded in the maximum norm.

    Attributes
    ----------
    name : str
        A name from `hdr_bench.robustness.ATTACKS`.
    eps : float
        Largest change of a pixel, as a fraction of the pixel range: 0.1 is 25.5 of 255.
    steps : int
        Number of gradient steps; 1 for FGSM.
    step_size : float or None
        Size of each step, in the same unit as `eps`; None lets the attack choose.
    restarts : int
        Number of random starts, of which the worst counts for each image; 1 for FGSM.
    transfer_from : str
        Name of the case whose fitted method the images are made for, if a method has no gradient; empty for none.
    transfers_to : {"methods without gradient", "all methods"}
        Methods evaluated on the images made for that case.
    """

    name: str
    eps: float
    steps: int = 1
    step_size: float | None = None
    restarts: int = 1
    transfer_from: str = ""
    transfers_to: Literal["methods without gradient", "all methods"] = "methods without gradient"
