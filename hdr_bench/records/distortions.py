"""What is done to test images: corruptions, and attacks on a method."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator

from hdr_bench.exceptions import shown
from hdr_bench.records.base import Record

MOST_STEPS, MOST_RESTARTS = 10_000, 100
"""Of an attack: more would take days."""


def _check_severity(value: Any) -> Any:
    # True is equal to 1.
    if isinstance(value, bool) or value not in (1, 2, 3, 4, 5, "mnist-c"):
        raise ValueError(f'must be a step from 1 to 5, or "mnist-c", got {shown(value)}')
    return value


Severity = Annotated[Literal[1, 2, 3, 4, 5, "mnist-c"], BeforeValidator(_check_severity)]
"""Step of a corruption's scale, or the severity of MNIST-C's published files."""


class Corruption(Record):
    """Corruption of test images.

    Attributes
    ----------
    name : str
        A name of `hdr_bench.robustness.CORRUPTIONS`.
    severity : {1, 2, 3, 4, 5, "mnist-c"}
        Step of its scale, or that of MNIST-C's published files.
    """

    name: str
    severity: Severity = 3


class Attack(Record):
    """Attack on test images, whose changes are bounded in the maximum norm.

    Attributes
    ----------
    name : str
        A name of `hdr_bench.robustness.ATTACKS`.
    eps : float
        The most that a pixel changes, as a share of the pixels' range: 0.1 is 25.5 of 255.
    steps : int
        Steps along the gradient; 1 for FGSM.
    step_size : float or None
        Of each step, as `eps`; None lets the attack choose.
    restarts : int
        Random starts, of which the worst counts for each image; 1 for FGSM.
    transfer_from : str
        Name of the case whose fitted method the images are made for, where a method has no gradient of its own; empty
        for none.
    transfers_to : {"methods without gradient", "all methods"}
        Methods that are evaluated on the images made for that case.
    """

    name: str
    eps: float
    steps: int = 1
    step_size: float | None = None
    restarts: int = 1
    transfer_from: str = ""
    transfers_to: Literal["methods without gradient", "all methods"] = "methods without gradient"
