"""Predict 10,000 images with each estimator as it comes, against the library underneath, given what it wants.

Both sides' models are fitted on the same 10,000 images. For the networks the library's model is the one inside
ours; for the others it is fitted apart, with the parameters that cost the same to predict.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from digits import raw_digits, scaled_digits
from rounds import Bar, Comparison, Seconds, Side, Timed, run, timed

N = 10_000
QUICK = {"mlp": {"max_epochs": 1}, "cnn": {"max_epochs": 1}}


def ours(name: str) -> Timed:
    """Predict with our estimator: raw pixels in, labels out."""
    model, X_test = _fitted(name), raw_digits()[2]
    return _predict_step(lambda: model.predict(X_test))


def onedal_svm() -> Timed:
    """Predict with oneDAL's SVC, whose answers are wrong for some pairs of classes on some processors."""
    from sklearnex.svm import SVC

    X, y, X_test, _ = scaled_digits(N)
    machine = SVC(C=5.0, gamma=_fitted("svm").svc_.gamma).fit(X, y)
    return _predict_step(lambda: machine.predict(X_test))


def faiss_search() -> Timed:
    """Search with a flat index of faiss, and take the commonest label; ours weights votes by the distance."""
    import faiss

    X, y, X_test, _ = scaled_digits(N)
    index = faiss.IndexFlatL2(X.shape[1])
    index.add(X)

    def predict() -> Any:
        _, neighbors = index.search(X_test, 3)
        votes = np.zeros((len(X_test), 10))
        np.add.at(votes, (np.arange(len(X_test))[:, None], y[neighbors]), 1)
        return votes.argmax(axis=1)

    return _predict_step(predict)


def scikit_learn_tree() -> Timed:
    """Predict with scikit-learn's tree."""
    from sklearn.tree import DecisionTreeClassifier

    X, y, X_test, _ = scaled_digits(N)
    model = DecisionTreeClassifier(criterion="entropy", ccp_alpha=2e-4, random_state=0).fit(X, y)
    return _predict_step(lambda: model.predict(X_test))


def onedal_logistic() -> Timed:
    """Predict with oneDAL's LogisticRegression."""
    from sklearnex.linear_model import LogisticRegression

    X, y, X_test, _ = scaled_digits(N)
    model = LogisticRegression(C=0.2, tol=3.0, max_iter=300).fit(X, y)
    return _predict_step(lambda: model.predict(X_test))


def scikit_learn_polynomial() -> Timed:
    """Predict with scikit-learn's PCA, PolynomialFeatures and RidgeClassifier."""
    from sklearn.decomposition import PCA
    from sklearn.linear_model import RidgeClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import PolynomialFeatures

    X, y, X_test, _ = scaled_digits(N)
    model = make_pipeline(
        PCA(80, svd_solver="covariance_eigh"), PolynomialFeatures(include_bias=False), RidgeClassifier()
    )
    model.fit(X, y)
    return _predict_step(lambda: model.predict(X_test))


def torch_module(name: str) -> Timed:
    """Predict with the torch module: scaled tensors in, 500 at a time, the largest output out."""
    import torch

    module = _fitted(name).net_.module_.eval()
    images = torch.from_numpy(scaled_digits()[2]).view(-1, 1, 28, 28)

    def predict() -> Any:
        with torch.inference_mode():
            return torch.cat([module(part).argmax(dim=1) for part in images.split(500)])

    return _predict_step(predict)


def _fitted(name: str) -> Any:
    from hdr_bench import make_estimator

    X, y, _, _ = raw_digits(N)
    return make_estimator(name, **QUICK.get(name, {})).fit(X, y)


def _predict_step(predict: Callable[[], Any]) -> Timed:
    def step() -> Seconds:
        return {"predict": timed(predict)[0]}

    return step


UNDERNEATH: dict[str, tuple[str, Callable[[], Timed]]] = {
    "svm": ("oneDAL's SVC", onedal_svm),
    "knn": ("faiss", faiss_search),
    "tree": ("scikit-learn's tree", scikit_learn_tree),
    "linear": ("oneDAL's LogisticRegression", onedal_logistic),
    "polynomial": ("scikit-learn's pipeline", scikit_learn_polynomial),
    "mlp": ("the torch module", partial(torch_module, "mlp")),
    "cnn": ("the torch module", partial(torch_module, "cnn")),
}
NEEDS = {"svm": "sklearnex", "knn": "faiss", "linear": "sklearnex"}
COMPARISONS = tuple(
    Comparison(
        f"predict-{name}",
        f"{name}: predict 10,000",
        {"hdr-bench": Side(partial(ours, name)), library: Side(start, needs=NEEDS.get(name, "hdr_bench"))},
        (Bar("predict", "hdr-bench", library, at_most=1.1, slack=0.04),),
        rounds=9,
    )
    for name, (library, start) in UNDERNEATH.items()
)

if __name__ == "__main__":
    run(COMPARISONS)
