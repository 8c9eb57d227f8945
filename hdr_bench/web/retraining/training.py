"""A new version of a model: training, testing, and the decision on it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hdr_bench.datasets import Part
from hdr_bench.exceptions import ServerError
from hdr_bench.models.calibration import fit_reading
from hdr_bench.models.card import CardScore, ModelCard, ReadingNumbers
from hdr_bench.web.retraining.collected import Collected
from hdr_bench.web.retraining.decision import Decision, PairedCounts, decide
from hdr_bench.web.retraining.material import Judges, Material, gather

OnProgress = Callable[[str, int, int], object]
"""Called with the stage that begins, in words, the number of finished epochs, and the total."""
_DIGITS = tuple(range(10))


@dataclass(frozen=True, eq=False)
class Trained:
    """A new version with its test results.

    Attributes
    ----------
    model : estimator
    card : ModelCard
    material : Material
    scores, before : dict of str to object
        Accuracies of the new and the old version, by set of images.
    n_excluded : int
        Number of held-back corrections excluded because their images are among the training images.
    decision : Decision
    """

    model: Any
    card: ModelCard
    material: Material
    scores: dict[str, Any]
    before: dict[str, Any]
    n_excluded: int
    decision: Decision


def retrain(model: Any, card: ModelCard, first: Any, collected: Collected, on_progress: OnProgress) -> Trained:
    """Train a new version of a model, and decide whether to use it.

    A network continues from its weights; any other method is fitted again with the same parameters.

    Parameters
    ----------
    model : estimator
        The old version; it is modified.
    card : ModelCard
        Card of the old version.
    first : estimator or None
        The first version, loaded separately even if it is the old one; None if its file is missing.
    collected : Collected
    on_progress : callable

    Returns
    -------
    trained : Trained

    Raises
    ------
    ServerError
        If this model cannot be retrained here.
    """
    from hdr_bench.estimators.neural.base import NeuralClassifier
    from hdr_bench.web.retraining.networks import RATES

    _check_classes(model)
    is_network = isinstance(model, NeuralClassifier)
    on_progress("gathering images", 0, 0)
    material, judges = gather(card.data, collected, own_data_only=not is_network)
    if not len(material.corrections) and not (is_network and len(material.marks)):
        raise ServerError("There are no corrections to learn from yet. Correct some digits first.")
    before = _judge(model, judges)
    first_right = None if first is None else _right(first, judges.deciding)
    make = _train_network if is_network else _fit_again
    new_model, numbers = make(model, card.reading, material, on_progress)
    n_epochs = len(RATES) if is_network else 0
    on_progress("testing the new version", n_epochs, n_epochs)
    after = _judge(new_model, judges)
    decision = decide(
        PairedCounts.of_answers(after["deciding"], before["deciding"]),
        PairedCounts.of_answers(after["held back"], before["held back"]),
        None if first_right is None else PairedCounts.of_answers(after["deciding"], first_right),
    )
    described = _describe(card, numbers, material, after)
    return Trained(new_model, described, material, _scores(after), _scores(before), judges.n_excluded, decision)


def _check_classes(model: Any) -> None:
    classes = [str(label) for label in getattr(model, "classes_", ())]
    if classes != [str(digit) for digit in _DIGITS] or not isinstance(model.classes_[0], np.integer):
        raise ServerError("Only models of the digits 0 to 9 can be retrained; this one has other classes.")


def _train_network(
    model: Any, numbers: ReadingNumbers | None, material: Material, on_progress: OnProgress
) -> tuple[Any, ReadingNumbers | None]:
    from hdr_bench.web.retraining.networks import RATES, continue_training
    from hdr_bench.web.retraining.reading import carry_over, note_reference

    n_epochs = len(RATES)
    reference = None if numbers is None else note_reference(model, numbers, material)
    on_progress("training", 0, n_epochs)
    continue_training(model, material, lambda done: on_progress("training", done, n_epochs))
    if numbers is None or reference is None:
        return model, None
    on_progress("calibrating", n_epochs, n_epochs)
    return model, carry_over(model, numbers, reference, material)


def _fit_again(
    model: Any, numbers: ReadingNumbers | None, material: Material, on_progress: OnProgress
) -> tuple[Any, ReadingNumbers | None]:
    from sklearn.base import clone

    X = np.concatenate([material.original.X, material.corrections.X])
    y = np.concatenate([material.original.y, material.corrections.y])
    on_progress(f"fitting to {len(y):,} images", 0, 0)
    fitted = clone(model).fit(X, y)
    if numbers is None:
        return fitted, None
    on_progress("calibrating", 0, 0)
    return fitted, fit_reading(model, X, y)


def _judge(model: Any, judges: Judges) -> dict[str, NDArray[np.bool_]]:
    parts = {"deciding": judges.deciding, "reported": judges.reported, "held back": judges.held_back}
    return {name: _right(model, part) for name, part in parts.items()}


def _right(model: Any, part: Part) -> NDArray[np.bool_]:
    if not len(part):
        return np.zeros(0, bool)
    right: NDArray[np.bool_] = np.asarray(model.predict(part.X)) == part.y
    return right


_SETS = {
    "deciding": "mnist, deciding half",
    "reported": "mnist, reported half",
    "held back": "held-back corrections",
}


def _card_scores(right: dict[str, NDArray[np.bool_]]) -> list[CardScore]:
    return [
        CardScore.of_counts(_SETS[name], len(answers), int(np.count_nonzero(~answers)))
        for name, answers in right.items()
        if len(answers)
    ]


def _scores(right: dict[str, NDArray[np.bool_]]) -> dict[str, Any]:
    return {score.dataset: score.model_dump(exclude={"dataset"}) for score in _card_scores(right)}


def _describe(
    card: ModelCard, numbers: ReadingNumbers | None, material: Material, right: dict[str, NDArray[np.bool_]]
) -> ModelCard:
    mixed = "" if material.is_original else f", with {len(material.original):,} images of mnist-5k mixed in"
    note = f"Retrained with {len(material.corrections):,} corrections{mixed}."
    return card.model_copy(
        update={"scores": tuple(_card_scores(right)), "reading": numbers, "command": "", "notes": (*card.notes, note)}
    )
