"""Every method in a quick form, for tests that are not about how well it learns."""

from hdr_bench import make_estimator

PARAMS = {
    "svm": {},
    "knn": {},
    "tree": {"random_state": 0},
    "linear": {"tol": 1e-2},
    "polynomial": {"n_components": 15},
    "mlp": {"layers": "32N", "max_epochs": 10, "lr": 0.01, "random_state": 0},
    "radial-basis": {"n_units": 100, "random_state": 0},
    "virtual-svm": {},
    "cnn": {"layers": "6C5-MP4-16N", "max_epochs": 8, "lr": 0.02, "random_state": 0},
}


def quick(name, **params):
    return make_estimator(name, **{**PARAMS[name], **params})
