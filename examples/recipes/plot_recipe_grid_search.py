"""
Searching over methods, steps and networks
==========================================

The estimators have scikit-learn's interface, so ``GridSearchCV`` can choose between methods as well as between their
parameters. A network is described by a line of text, so its architecture is a parameter like any other.
"""

import matplotlib.pyplot as plt
import pandas as pd
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline

from hdr_bench import load_dataset
from hdr_bench.estimators import Deskewer, KNNClassifier, LinearClassifier, MLPClassifier, SVMClassifier

digits = load_dataset("mnist-5k").subsample(1000)

# %%
# The two steps of the pipeline, a transformer and a method, are also its parameters. Each dictionary is a separate
# grid, so that each method gets only its own parameters. ``"passthrough"`` skips a step.

straightening = {"straighten": ["passthrough", Deskewer()]}
grid = [
    {**straightening, "method": [LinearClassifier()]},
    {**straightening, "method": [KNNClassifier()], "method__n_neighbors": [1, 3]},
    {**straightening, "method": [SVMClassifier()], "method__C": [1, 5]},
]
pipeline = Pipeline([("straighten", Deskewer()), ("method", LinearClassifier())])
search = GridSearchCV(pipeline, grid, cv=3).fit(digits.train.X, digits.train.y)
print("chosen:", search.best_estimator_)
print(f"accuracy on the test images: {search.score(digits.test.X, digits.test.y):.1%}")

# %%
# Every method benefits from deskewed digits. Compare the two marks in each row; with 1,000 training images and three
# folds, differences between rows are less certain than they look.

found = pd.DataFrame(search.cv_results_)
names = {"LinearClassifier": "logistic", "KNNClassifier": "k-NN, k = {:g}", "SVMClassifier": "SVM, C = {:g}"}
numbers = found["param_method__n_neighbors"].fillna(found["param_method__C"])
found["method"] = [
    names[type(method).__name__].format(number) for method, number in zip(found["param_method"], numbers, strict=True)
]
found["is_upright"] = found["param_straighten"].astype(str) != "passthrough"
means = found.pivot_table(index="method", columns="is_upright", values="mean_test_score").sort_values(True)

fig, ax = plt.subplots(figsize=(7, 3), layout="constrained")
ax.hlines(means.index, 100 * means[False], 100 * means[True], color="#bbbbbb")
ax.plot(100 * means[False], means.index, "s", color="#D55E00", label="as written")
ax.plot(100 * means[True], means.index, "o", color="#0072B2", label="upright")
ax.set(title="Accuracy in cross-validation", xlabel="accuracy (%)")
ax.legend()
assert (means[True] > means[False]).all()

# %%
# A grid over architectures: each value of ``layers`` is a network.

grid = {"layers": ["64N", "256N", "128N-64N"]}
networks = GridSearchCV(MLPClassifier(max_epochs=8, random_state=0), grid, cv=3).fit(digits.train.X, digits.train.y)
table = pd.DataFrame(networks.cv_results_)[["param_layers", "mean_test_score", "mean_fit_time"]]
print(table.sort_values("mean_test_score", ascending=False).round(3).to_string(index=False))
plt.show()
