"""Distortions of test images and of copies of training images: look-up, checks and descriptions."""

from typing import Any

from hdr_bench.exceptions import shown
from hdr_bench.records.case import TrainingCorruption
from hdr_bench.records.distortions import Attack, Corruption, Severity
from hdr_bench.records.evaluations import TestSet, TrialTestSet
from hdr_bench.robustness.attack_methods import ATTACKS_VERSION, make_attack
from hdr_bench.robustness.corruption_entry import STEPS
from hdr_bench.robustness.corruptions import CORRUPTIONS_VERSION, step_of


def check_corruption(name: str, severity: Severity) -> None:
    """Check that a corruption exists and supports a severity.

    Parameters
    ----------
    name : str
    severity : {1, 2, 3, 4, 5, "mnist-c"}

    Raises
    ------
    UnknownNameError
        If there is no such corruption.
    CorruptionError
        If MNIST-C has no such corruption, and its severity is asked for.
    """
    step_of(name, severity)


def corruption_of(test_set: TestSet) -> Corruption | None:
    """Return the corruption of a test set's images; None if they are not corrupted.

    Parameters
    ----------
    test_set : TestSet

    Returns
    -------
    corruption : Corruption or None
    """
    if test_set.corruption is None:
        return None
    return Corruption(name=test_set.corruption, severity=test_set.severity)


def attack_of(test_set: TestSet) -> Attack | None:
    """Return the attack on a test set's images with its defaults; None if they are not attacked.

    Parameters
    ----------
    test_set : TestSet

    Returns
    -------
    attack : Attack or None

    Raises
    ------
    UnknownNameError
        If the attack is unknown.
    ValueError
        If the attack does not take a parameter of the test set.
    """
    if test_set.attack is None or test_set.eps is None:
        return None
    attack = make_attack(
        test_set.attack,
        test_set.eps,
        steps=test_set.steps,
        step_size=test_set.step_size,
        restarts=test_set.restarts,
    )
    return attack.model_copy(update={"transfer_from": test_set.transfer_from, "transfers_to": test_set.transfers_to})


def version_of(test_set: TestSet) -> int | None:
    """Return the version of the code that distorts a test set's images; None if they are not distorted.

    Parameters
    ----------
    test_set : TestSet

    Returns
    -------
    version : int or None
    """
    if test_set.corruption is not None:
        return CORRUPTIONS_VERSION
    return None if test_set.attack is None else ATTACKS_VERSION


def training_version(train_with: tuple[TrainingCorruption, ...]) -> int | None:
    """Return the version of the code that makes corrupted copies of training images; None if there are none.

    Parameters
    ----------
    train_with : tuple of TrainingCorruption

    Returns
    -------
    version : int or None
    """
    return CORRUPTIONS_VERSION if train_with else None


def why_no_gradient(model: Any) -> str:
    """Return why no attack can be made for a method.

    Parameters
    ----------
    model : estimator
        Unfitted.

    Returns
    -------
    reason : str
        Empty if an attack can be made.
    """
    # Imports what networks need.
    from hdr_bench.robustness import describe_missing_gradient, estimator_has_gradient

    return "" if estimator_has_gradient(model) else describe_missing_gradient(model)


def describe_distortion(test_set: TrialTestSet) -> str:
    """Describe what is done to the images of a test set.

    Parameters
    ----------
    test_set : TrialTestSet

    Returns
    -------
    text : str
        Empty if they are unchanged.
    """
    if (corruption := test_set.corruption) is not None:
        return f"corrupted: {describe_corruption(corruption.name, corruption.severity)}"
    if (attack := test_set.attack) is None:
        return ""
    amount = f"each pixel changed by at most {attack.eps:g} of the pixels' range"
    steps = f", {attack.steps:,} steps" if attack.steps > 1 else ""
    restarts = f", worst of {attack.restarts:,} starts" if attack.restarts > 1 else ""
    made_for = f"the fitted method of {shown(attack.transfer_from)}" if test_set.made_for else "the method itself"
    return f"attacked with {attack.name}: {amount}{steps}{restarts}; made for {made_for}"


def describe_corruption(name: str, severity: Severity) -> str:
    """Describe a corruption.

    Parameters
    ----------
    name : str
    severity : {1, 2, 3, 4, 5, "mnist-c"}

    Returns
    -------
    text : str

    Examples
    --------
    >>> describe_corruption("dotted_line", 2)
    'dotted line, severity 2 of 5'
    """
    words = name.replace("_", " ")
    if severity == "mnist-c":
        return f"{words}, at the severity of MNIST-C's files"
    return f"{words}, severity {severity} of {STEPS[-1]}"


def describe_learned_corruption(test_set: TrialTestSet, train_with: tuple[TrainingCorruption, ...]) -> str:
    """Describe that a method learns from images with the corruption of a test set.

    Parameters
    ----------
    test_set : TrialTestSet
    train_with : tuple of TrainingCorruption

    Returns
    -------
    text : str
        Empty if it does not.
    """
    if test_set.corruption is None:
        return ""
    learned = [str(each.severity) for each in train_with if each.corruption == test_set.corruption.name]
    if not learned:
        return ""
    words = test_set.corruption.name.replace("_", " ")
    return f"trained with it: the method learns from copies of its training images with {words} of severity " + (
        " and ".join(learned)
    )
