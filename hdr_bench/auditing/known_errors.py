"""Labels known to be wrong, for measuring how soon an audit finds them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hdr_bench.auditing.audited_data import AuditedData


@dataclass(frozen=True)
class KnownErrors:
    """Validated wrong labels of a data set.

    Attributes
    ----------
    part : {"train", "test"}
    indices : tuple of int
        Indices in that part, from 0.
    source : str
        Who found them and how.
    """

    part: str
    indices: tuple[int, ...]
    source: str


_MNIST = "c9c899568825c0192b158204e056115690ebe9e01a8a467321a8e34a416b7a26"

KNOWN_ERRORS: Mapping[str, KnownErrors] = {
    _MNIST: KnownErrors(
        "test",
        (947, 1621, 1901, 2130, 2462, 2597, 2654, 3520, 3558, 5937, 6651, 6783, 8527, 9679, 9729),
        'Northcutt, Athalye and Mueller (2021), "Pervasive label errors in test sets destabilize machine learning '
        'benchmarks", NeurIPS, arXiv:2103.14749: candidates of confident learning whose label most people who were '
        "asked did not confirm",
    )
}
"""Known errors by the data set's fingerprint."""


@dataclass(frozen=True)
class RecallCurve:
    """Number of known errors found by reviewing images in an audit's order.

    Attributes
    ----------
    part : {"train", "test"}
        Part that is reviewed, without images of the other part.
    ranks : tuple of int
        Rank of each known error in the order, from 1, ascending.
    n_images : int
        Number of images in that part.
    source : str
        Who found the errors.
    """

    part: str
    ranks: tuple[int, ...]
    n_images: int
    source: str

    def found_among(self, n_inspected: int) -> int:
        """Return how many known errors are among the first images.

        Parameters
        ----------
        n_inspected : int
            Number of images reviewed.

        Returns
        -------
        count : int

        Examples
        --------
        >>> RecallCurve("test", (1, 2, 40), 100, "").found_among(30)
        2
        """
        return sum(rank <= n_inspected for rank in self.ranks)


def recall_of_known(data: AuditedData, ordered_rows: NDArray[np.intp]) -> RecallCurve | None:
    """Return how soon an audit's order reaches the known errors; None if none are known for these images.

    Parameters
    ----------
    data : AuditedData
    ordered_rows : ndarray of shape (n,), intp
        Audited rows, the most suspicious first.

    Returns
    -------
    curve : RecallCurve or None
    """
    known = KNOWN_ERRORS.get(data.dataset.fingerprint)
    if known is None:
        return None
    places = [index for part, index in map(data.place_of, ordered_rows.tolist()) if part == known.part]
    ranks = {index: rank for rank, index in enumerate(places, start=1)}
    found = sorted(ranks[index] for index in known.indices if index in ranks)
    return RecallCurve(known.part, tuple(found), len(places), known.source) if found else None
