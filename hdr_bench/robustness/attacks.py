"""Attacks on test images: changes bounded in the maximum norm, by the sign of the gradient of a method's loss."""

import math
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils.validation import check_is_fitted

from hdr_bench.estimators.pixels import Floats
from hdr_bench.exceptions import DatasetWarning, shown
from hdr_bench.records.distortions import Attack
from hdr_bench.records.text import list_first
from hdr_bench.robustness.attack_methods import ATTACKS, check_attack, step_length
from hdr_bench.robustness.gradients import loss_gradient
from hdr_bench.robustness.losses import Codes
from hdr_bench.robustness.model_range import PixelRange, find_pixel_range
from hdr_bench.robustness.step_gradients import Gradient

# Batch size for gradients.
_BATCH = 500


def attack_images(
    model: Any,
    images: NDArray[Any],
    labels: ArrayLike,
    attack: Attack,
    *,
    seed: int = 0,
    pixel_range: PixelRange | None = None,
) -> NDArray[np.float32]:
    """Change images so that a fitted model errs on as many as possible.

    Images that the model already misclassifies are not changed, nor are those of classes that it does not know. All
    others move along the sign of the gradient of the model's loss: "fgsm" once, by `eps` (Goodfellow, Shlens and
    Szegedy, 2015, "Explaining and harnessing adversarial examples"); "pgd" in several steps from a random point in the
    ball (Madry, Makelov, Schmidt, Tsipras and Vladu, 2018, "Towards deep learning models resistant to adversarial
    attacks"), and with `restarts` again from another point as long as the model is right.

    Parameters
    ----------
    model : estimator
        Fitted method with a gradient, or a pipeline that ends in one. It is not modified.
    images : ndarray of shape (n, height, width)
        Raw pixels.
    labels : array-like of shape (n,)
        True labels, as in `model.classes_`.
    attack : Attack
        Attack, e.g. from `make_attack`.
    seed : int, default=0
        Seed of the random starts; those of an image depend only on the seed and on its position.
    pixel_range : tuple of float or None, default=None
        Smallest and largest possible pixel value; `eps` is a fraction of this range. None uses the range of the images
        and of those that the model was fitted on, if it has stored their range.

    Returns
    -------
    attacked : ndarray of shape (n, height, width)
        Attacked images, float32 and not rounded; each pixel is within `eps` of the original, and within the range.

    Raises
    ------
    NoGradientError
        If the model has none; the message says why.
    UnknownNameError
        If the attack is unknown.
    NotFittedError
        If the model is not fitted.
    ValueError
        If a value of the attack is out of range, the images and labels do not match, or no label is a
        class of the model.

    Examples
    --------
    >>> from hdr_bench import load_dataset, make_estimator
    >>> from hdr_bench.robustness import attack_images, make_attack
    >>> digits = load_dataset("digits-8x8")
    >>> model = make_estimator("linear").fit(digits.train.X, digits.train.y)
    >>> attacked = attack_images(model, digits.test.images, digits.test.y, make_attack("fgsm", 0.1))
    >>> before = model.score(digits.test.X, digits.test.y)
    >>> model.score(attacked.reshape(len(attacked), -1), digits.test.y) < before - 0.2
    True
    """
    check_attack(attack)
    check_is_fitted(model)
    gradient = loss_gradient(model)
    rows = np.asarray(images, np.float32).reshape(len(images), math.prod(np.shape(images)[1:]))
    truth = np.asarray(labels)
    if truth.shape != (len(rows),):
        raise ValueError(f"labels must have shape ({len(rows)},), one per image, got shape {truth.shape}")
    if not len(rows):
        return rows.reshape(np.shape(images))
    # Otherwise nothing would be attacked, and the model look robust.
    if not np.isin(truth, model.classes_).any():
        raise ValueError(
            f"labels must be classes of the model, {list_first([shown(each) for each in model.classes_.tolist()])}; "
            f"got {shown(truth[:1].tolist()[0])} and others"
        )
    low, high = find_pixel_range(model, rows) if pixel_range is None else pixel_range
    if not (low < high and math.isfinite(low) and math.isfinite(high)):
        raise ValueError(f"pixel_range must be two finite, increasing values, got {low:g} and {high:g}")
    target = _Target(model, gradient, truth)
    attacked = rows.copy()
    generators = [np.random.default_rng([seed, number]) for number in range(attack.restarts)]
    for part in _parts(len(rows)):
        attacked[part] = _attack_part(target.take(part), rows[part], attack, generators, (low, high))
    return attacked.reshape(np.shape(images))


@dataclass(frozen=True, eq=False)
class _Target:
    """A model under attack, and the true labels of the images."""

    model: Any
    gradient: Gradient
    labels: NDArray[Any]

    def take(self, part: slice | NDArray[np.intp]) -> "_Target":
        return _Target(self.model, self.gradient, self.labels[part])

    @property
    def codes(self) -> Codes:
        codes: Codes = np.searchsorted(self.model.classes_, self.labels)
        return codes

    def right(self, rows: Floats) -> NDArray[np.bool_]:
        """Return which of the images the model predicts correctly."""
        with warnings.catch_warnings():
            # Attacked images are expected to differ from the training images.
            warnings.simplefilter("ignore", DatasetWarning)
            right: NDArray[np.bool_] = np.asarray(self.model.predict(rows)) == self.labels
        return right


def _parts(n: int) -> Iterator[slice]:
    return (slice(start, start + _BATCH) for start in range(0, n, _BATCH))


def _attack_part(
    target: _Target, rows: Floats, attack: Attack, generators: list[np.random.Generator], limits: PixelRange
) -> Floats:
    """Attack a batch from each start in turn; images that already mislead the model are not changed."""
    attacked, worst = rows.copy(), np.full(len(rows), -np.inf)
    standing = np.flatnonzero(target.right(rows))
    for number, generator in enumerate(generators):
        # Drawn for all images, so that the starts of one do not depend on the model's success on others.
        starts = _draw_starts(rows.shape, attack, generator)
        if not len(standing):
            continue
        chosen = target.take(standing)
        moved = _move(chosen, rows[standing], None if starts is None else starts[standing], attack, limits)
        if number + 1 == len(generators) == 1:
            attacked[standing] = moved
            break
        is_right, (losses, _) = chosen.right(moved), chosen.gradient(moved, chosen.codes)
        is_worse = ~is_right | (losses > worst[standing])
        attacked[standing[is_worse]], worst[standing[is_worse]] = moved[is_worse], losses[is_worse]
        standing = standing[is_right]
    return attacked


def _draw_starts(shape: tuple[int, ...], attack: Attack, generator: np.random.Generator) -> Floats | None:
    """Return random points in the ball, from -1 to 1; None if the attack starts from the images themselves."""
    if ATTACKS[attack.name].is_single:
        return None
    return generator.random(shape, dtype=np.float32) * 2 - 1


def _move(target: _Target, rows: Floats, starts: Floats | None, attack: Attack, limits: PixelRange) -> Floats:
    low, high = (np.float32(limit) for limit in limits)
    eps, step = (np.float32(share * (high - low)) for share in (attack.eps, step_length(attack)))
    # A pixel that is already outside the range may stay there.
    least, most = np.minimum(np.maximum(rows - eps, low), rows), np.maximum(np.minimum(rows + eps, high), rows)
    moved, codes = rows if starts is None else np.clip(rows + eps * starts, least, most), target.codes
    for _ in range(attack.steps):
        _, slopes = target.gradient(moved, codes)
        moved = np.clip(moved + step * np.sign(slopes, dtype=np.float32, casting="same_kind"), least, most)
    return moved
