"""What a model needs to read pictures, beside the model: how sure it is, and what it refuses as no digit."""

from typing import Annotated, Literal

from pydantic import Field

from hdr_bench.records.base import Record

Finite = Annotated[float, Field(allow_inf_nan=False)]


class ReadingNumbers(Record):
    """Temperature and threshold of a fitted model, with what they were fitted on.

    Attributes
    ----------
    temperature : float
        What outputs are divided by before the softmax that makes probabilities of them; above 0.
    threshold : float
        The least score of an image that is taken for a digit.
    score : {"probability", "energy", "outputs"}
        What the score is: see `hdr_bench.models.calibration.mark_scores`.
    calibrated : bool
        Whether the temperature was fitted, on images that the model had not learnt from; if not, it is 1, and the
        probabilities order the answers but are not shares of right ones.
    n_images : int
        Images that temperature and threshold were fitted on; 0 if they were not.
    kept : float or None
        Share of these images whose score is at least the threshold; None if it was not fitted.
    log_loss : float or None
        Mean log loss of the probabilities on these images, in nats.
    weights : tuple of float
        Of the score "outputs": one weight per unit of the network's last hidden layer, then the constant; empty
        otherwise.
    """

    temperature: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 1.0
    threshold: Finite = 0.0
    score: Literal["probability", "energy", "outputs"] = "probability"
    calibrated: bool = False
    n_images: Annotated[int, Field(ge=0)] = 0
    kept: Annotated[float, Field(ge=0, le=1)] | None = None
    log_loss: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    weights: Annotated[tuple[Finite, ...], Field(max_length=100_000)] = ()
