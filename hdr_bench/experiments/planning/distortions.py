"""What is done to images of test sets and to copies of training images: looked up, checked, and said in words."""

from typing import Any, get_args

from hdr_bench.exceptions import SuiteError, UnknownNameError, shown
from hdr_bench.records.case import TrainingCorruption
from hdr_bench.records.evaluations import Attack, Corruption, Severity, TestSet, TrialTestSet
from hdr_bench.robustness import (
    ATTACKS,
    ATTACKS_VERSION,
    CORRUPTIONS,
    CORRUPTIONS_VERSION,
    describe_missing_gradient,
    estimator_has_gradient,
)

STEPS = {"fgsm": 1, "pgd": 40}
"""Steps of an attack that a suite gives none: of PGD as many as Madry et al. (2018) take for MNIST."""

LARGEST_STEP = max(step for step in get_args(Severity) if isinstance(step, int))


def check_corruption(name: str, severity: Severity) -> None:
    """Check that there is a corruption, and that it has a severity.

    Parameters
    ----------
    name : str
    severity : {1, 2, 3, 4, 5, "mnist-c"}

    Raises
    ------
    UnknownNameError
        If there is no such corruption.
    SuiteError
        If MNIST-C has no such corruption, and its severity is asked for.
    """
    if name not in CORRUPTIONS:
        raise UnknownNameError("corruption", name, CORRUPTIONS)
    if severity == "mnist-c" and CORRUPTIONS[name].mnist_c is None:
        raise SuiteError(
            f'severity "mnist-c" is for the corruptions of MNIST-C, and {name} is none of them; give a step from 1 to '
            f"{LARGEST_STEP}"
        )


def check_attack(test_set: TestSet) -> None:
    """Check that there is an attack, and that it takes the steps that a test set asks for.

    Parameters
    ----------
    test_set : TestSet
        With an attack.

    Raises
    ------
    UnknownNameError
        If there is no such attack.
    SuiteError
        If an attack of one step is asked for more.
    """
    name = test_set.attack or ""
    if name not in ATTACKS:
        raise UnknownNameError("attack", name, ATTACKS)
    if name != "fgsm":
        return
    asked = [key for key in ("steps", "restarts") if getattr(test_set, key) not in (None, 1)]
    if test_set.step_size is not None:
        asked.append("step_size")
    if asked:
        raise SuiteError(f"fgsm is a single step of the size eps; leave {' and '.join(asked)} out, or choose pgd")


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
    """Return the attack on a test set's images, with its defaults; None if they are not attacked.

    Parameters
    ----------
    test_set : TestSet

    Returns
    -------
    attack : Attack or None
    """
    if test_set.attack is None or test_set.eps is None:
        return None
    return Attack(
        name=test_set.attack,
        eps=test_set.eps,
        steps=test_set.steps or STEPS.get(test_set.attack, 1),
        step_size=test_set.step_size,
        restarts=test_set.restarts or 1,
        transfer_from=test_set.transfer_from,
        transfers_to=test_set.transfers_to,
    )


def version_of(test_set: TestSet) -> int | None:
    """Return the version of the code that distorts a test set's images; None if none does.

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
    """Say why an attack cannot be made for a method.

    Parameters
    ----------
    model : estimator
        Not fitted.

    Returns
    -------
    reason : str
        Empty if it can be made.
    """
    return "" if estimator_has_gradient(model) else describe_missing_gradient(model)


def describe_distortion(test_set: TrialTestSet) -> str:
    """Say what is done to the images of a test set.

    Parameters
    ----------
    test_set : TrialTestSet

    Returns
    -------
    text : str
        Empty if they are as they came.
    """
    if (corruption := test_set.corruption) is not None:
        return f"corrupted: {describe_corruption(corruption.name, corruption.severity)}"
    if (attack := test_set.attack) is None:
        return ""
    amount = f"each pixel changed by at most {attack.eps:g} of the pixels' range"
    steps = f", {attack.steps:,} steps" if attack.steps > 1 else ""
    restarts = f", the worst of {attack.restarts:,} starts" if attack.restarts > 1 else ""
    made_for = f"the fitted method of {shown(attack.transfer_from)}" if test_set.made_for else "the method itself"
    return f"attacked by {attack.name}: {amount}{steps}{restarts}; made for {made_for}"


def describe_corruption(name: str, severity: Severity) -> str:
    """Return a corruption in words.

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
    return f"{words}, severity {severity} of {LARGEST_STEP}"


def describe_learned_corruption(test_set: TrialTestSet, train_with: tuple[TrainingCorruption, ...]) -> str:
    """Say that a method learns from images with the corruption of a test set.

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
