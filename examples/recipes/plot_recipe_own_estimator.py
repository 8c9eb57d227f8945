"""
Your own estimator in a suite
=============================

Any classifier with scikit-learn's interface can be compared with the library's methods. Here is one in fifteen lines:
it stores the mean image of each class, and predicts the class of the nearest mean.
"""

import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.pipeline import make_pipeline
from sklearn.utils.multiclass import unique_labels
from sklearn.utils.validation import check_is_fitted, validate_data

from hdr_bench import AccuracyDisplay, Case, Suite, load_dataset, load_results, run_suite
from hdr_bench.estimators import Deskewer, GaussianBlur


class NearestMean(ClassifierMixin, BaseEstimator):
    """``ClassifierMixin`` comes first, as scikit-learn requires."""

    def fit(self, X, y):
        X, y = validate_data(self, X, y, dtype=float)
        self.classes_ = unique_labels(y)
        self.means_ = np.array([X[y == label].mean(axis=0) for label in self.classes_])
        return self

    def predict(self, X):
        check_is_fitted(self)
        X = validate_data(self, X, dtype=float, reset=False)
        distances = ((X[:, None, :] - self.means_) ** 2).sum(axis=2)
        return self.classes_[distances.argmin(axis=1)]


# %%
# It works like any other estimator, including in a pipeline with the library's transformers.

digits = load_dataset("mnist-5k")
model = make_pipeline(Deskewer(), NearestMean()).fit(digits.train.X, digits.train.y)
print(f"accuracy {model.score(digits.test.X, digits.test.y):.1%}")

fig, axes = plt.subplots(1, 10, figsize=(10, 1.3), layout="constrained")
for ax, mean, label in zip(axes, model[-1].means_, model[-1].classes_, strict=True):
    ax.imshow(mean.reshape(28, 28), cmap="gray")
    ax.set_title(str(label), fontsize=9)
    ax.set_axis_off()

# %%
# A suite compares it with other methods. Each trial runs in its own process, its time and memory are measured, and its
# result is stored. A class defined in a script or a notebook needs a ``key``, since its code is not tracked: change the
# key when you change the code, and the trial runs again. A class in your own module needs no key.

suite = Suite(
    name="nearest-mean",
    title="The nearest mean, and what it takes to beat it",
    dataset=digits.subsample(2000),
    cases=[
        Case(name="Nearest mean", estimator=NearestMean(), key="nearest mean, 1"),
        Case(name="Nearest mean, upright", estimator=make_pipeline(Deskewer(), NearestMean()), key="nearest mean, 1"),
        Case(
            name="Nearest mean, upright, blurred",
            estimator=make_pipeline(Deskewer(), GaussianBlur(), NearestMean()),
            key="nearest mean, 1",
        ),
        Case(name="Decision tree", estimator="tree"),
        Case(name="k-NN", estimator="knn"),
        Case(name="SVM, RBF", estimator="svm"),
    ],
)
scratch = tempfile.TemporaryDirectory()
folder = run_suite(suite, out=Path(scratch.name) / "nearest-mean", threads=1)
results = load_results(folder)
print(results[["case", "status", "accuracy", "fit_seconds"]].to_string(index=False))
assert (results["status"] == "ok").all()

# %%
# The interval of each accuracy accounts for the choice of test images.

AccuracyDisplay.from_results(results).plot()
scratch.cleanup()
plt.show()
