"""What the tests know of each method: one table of parameters."""

from dataclasses import dataclass, field
from typing import Any

from hdr_bench import make_estimator
from hdr_bench.estimators import AdversarialTraining, Distortion

Params = dict[str, Any]


@dataclass(frozen=True)
class Method:
    """How a method is tested.

    Attributes
    ----------
    least_accuracy : float
        On the test images of mnist-5k, with `params`, from 2,000 training images.
    grid : dict of str to list
        A parameter with two values.
    params : dict
        What makes it fast enough, and deterministic, where it is about how well it learns.
    quick, tiny : dict
        What makes it fast where it is not; `tiny` is over `quick`, and need not learn much.
    variants : tuple of dict
        Numbers for as many parameters as possible, integers and floats that half precision holds exactly.
    has_probabilities : bool
        It has `predict_proba` with `quick`.
    takes_one_class : bool
        It can be fitted to labels of one class.
    """

    least_accuracy: float
    grid: dict[str, list[Any]]
    params: Params = field(default_factory=dict)
    quick: Params = field(default_factory=dict)
    tiny: Params = field(default_factory=dict)
    variants: tuple[Params, ...] = ()
    has_probabilities: bool = False
    takes_one_class: bool = False


_SEED = {"random_state": 0}
_NETWORK = {"layers": "8N-D0.2", "max_epochs": 2, "batch_size": 32, "n_jobs": 1, "random_state": 3}

_DISTORTED = {"augmentation": {"shift": 0.0625}, "lr": 0.0078125}
_LEARNING = {"layers": "64N", "max_epochs": 5, **_DISTORTED}
_FILTERED = {"n_filtered": 60, "max_passes": 3, **_SEED}

METHODS = {
    "svm": Method(
        least_accuracy=0.93,
        grid={"C": [1, 5]},
        variants=(
            {"C": 2, "gamma": 0.5, "degree": 2, "kernel": "poly", "coef0": 1, "pixel_scale": 16},
            {"C": 2, "degree": 2, "kernel": "poly", "engine": "libsvm"},
        ),
    ),
    "knn": Method(
        least_accuracy=0.89,
        grid={"n_neighbors": [1, 3]},
        variants=(
            {"n_neighbors": 5, "engine": "faiss"},
            {"n_neighbors": 5, "engine": "onedal", "weights": "uniform"},
            {"n_neighbors": 5, "engine": "scikit-learn"},
        ),
        has_probabilities=True,
        takes_one_class=True,
    ),
    "tree": Method(
        least_accuracy=0.65,
        grid={"max_depth": [2, None]},
        params=_SEED,
        quick=_SEED,
        variants=({"max_depth": 5, "min_samples_leaf": 2, "max_features": 9, "ccp_alpha": 0.5, "random_state": 3},),
        has_probabilities=True,
        takes_one_class=True,
    ),
    "linear": Method(
        least_accuracy=0.86,
        grid={"alpha": [1, 100]},
        quick={"tol": 1e-2},
        variants=(
            {"alpha": 2, "max_iter": 50, "tol": 0.25, "pixel_scale": 16},
            {"alpha": 2, "max_iter": 50, "tol": 0.25, "engine": "scikit-learn"},
            {"alpha": 2, "loss": "squared_error"},
        ),
        has_probabilities=True,
    ),
    "polynomial": Method(
        least_accuracy=0.9,
        grid={"n_components": [5, 15]},
        quick={"n_components": 15},
        variants=(
            {"degree": 2, "n_components": 5, "alpha": 2},
            {"degree": 2, "n_components": 5, "alpha": 2, "max_iter": 50, "tol": 0.25, "loss": "log_loss"},
        ),
    ),
    "mlp": Method(
        least_accuracy=0.87,
        grid={"layers": ["4N", "32N"]},
        params={"layers": "64N", "max_epochs": 5, **_SEED},
        quick={"layers": "32N", "max_epochs": 10, "lr": 0.01, **_SEED},
        tiny={"max_epochs": 2},
        variants=(
            {**_NETWORK, "lr": 0.25, "label_smoothing": 0.5, "schedule": "step", "schedule_params": {"step_size": 1}},
            {**_NETWORK, "optimizer_params": {"betas": (0.5, 0.75)}, "augmentation": {"rotation": 5, "shift": 0.125}},
            {**_NETWORK, "early_stopping": True, "n_iter_no_change": 1, "validation_fraction": 0.25},
            {**_NETWORK, "adversarial": {"eps": 0.25, "steps": 2, "step_size": 0.125, "ramp_epochs": 1}},
        ),
        has_probabilities=True,
    ),
    "cnn": Method(
        least_accuracy=0.9,
        grid={"layers": ["2C5-MP4-4N", "6C5-MP4-16N"]},
        params={"layers": "8C5-MP2-16C5-MP2-32N", "max_epochs": 4, **_SEED},
        quick={"layers": "6C5-MP4-16N", "max_epochs": 8, "lr": 0.02, **_SEED},
        tiny={"layers": "2C3-8N", "max_epochs": 2},
        variants=(
            {**_NETWORK, "layers": "2C3-BN-8N", "image_shape": (8, 8), "batch_norm_params": {"momentum": 0.5}},
            {**_NETWORK, "layers": "2C3-8N", "pixel_scale": 16, "augmentation": Distortion(rotation=8, elastic=2)},
            {**_NETWORK, "layers": "2C3-BN-8N", "adversarial": AdversarialTraining(eps=0.25, ramp_epochs=1)},
        ),
        has_probabilities=True,
    ),
    "radial-basis": Method(
        least_accuracy=0.9,
        grid={"n_units": [30, 100]},
        params={"n_units": 200, **_SEED},
        quick={"n_units": 100, **_SEED},
        tiny={"n_units": 30},
        variants=({"n_units": 30, "gamma": 0.5, "alpha": 2, "random_state": 3},),
    ),
    "virtual-svm": Method(
        least_accuracy=0.93,
        grid={"distance": [0, 1]},
        variants=({"C": 2, "distance": 1, "image_shape": (8, 8)},),
    ),
    "tangent-distance": Method(
        least_accuracy=0.93,
        grid={"n_candidates": [5, 20]},
        quick={"n_candidates": 20},
        variants=({"n_neighbors": 3, "n_candidates": 9, "sigma": 0.5, "image_shape": (8, 8), "background": 0.0},),
        has_probabilities=True,
        takes_one_class=True,
    ),
    "local-linear": Method(
        least_accuracy=0.9,
        grid={"alpha": [0.01, 1]},
        quick={"n_neighbors": 30},
        variants=({"n_neighbors": 20, "alpha": 2},),
    ),
    "boosted-networks": Method(
        least_accuracy=0.87,
        grid={"n_filtered": [20, 60]},
        params={"estimator": make_estimator("mlp", **_LEARNING), "n_filtered": 1000, **_SEED},
        quick={"estimator": make_estimator("mlp", layers="32N", max_epochs=8, **_DISTORTED), **_FILTERED},
        tiny={"estimator": make_estimator("mlp", layers="4N", max_epochs=2, **_DISTORTED)},
        variants=({"estimator": make_estimator("mlp", **_NETWORK | _DISTORTED, label_smoothing=0.5), **_FILTERED},),
        has_probabilities=True,
    ),
}


def make(name: str, **params: Any) -> Any:
    """Make a method that learns well in some seconds."""
    return make_estimator(name, **{**METHODS[name].params, **params})


def quick(name: str, **params: Any) -> Any:
    """Make a method in a quick form, for tests that are not about how well it learns."""
    return make_estimator(name, **{**METHODS[name].quick, **params})


def tiny(name: str, **params: Any) -> Any:
    """Make a method in its quickest form."""
    return quick(name, **{**METHODS[name].tiny, **params})
