"""
How many images does a method need?
===================================

"The biggest factor in the success of the model is the architecture of the model, the quality and quantity of the data",
concludes F. Lazović ("Recognition of Handwritten Digits using Neural Networks", 2020). This page measures the effect of
quantity: nine methods learn from 100 to 4,000 images, and all are evaluated on the same 1,000 other images.
"""

import matplotlib.pyplot as plt
import numpy as np

from hdr_bench import load_dataset
from hdr_bench.estimators import (
    CNNClassifier,
    DecisionTreeClassifier,
    KNNClassifier,
    LinearClassifier,
    MLPClassifier,
    PolynomialClassifier,
    RadialBasisClassifier,
    SVMClassifier,
    VirtualSVMClassifier,
)

digits = load_dataset("mnist-5k")

# %%
# Learning curves
# ---------------
# ``subsample`` draws training images with all classes equally frequent, and does not change the test part. The virtual
# SVM stops at 1,000 images here: it also learns from four shifted copies of each support vector, and takes longest.
#
# A suite does the same with ``protocol = { kind = "learning-curve", sizes = [100, 300, 1000, 4000], repeats = 3 }``,
# draws three times, and shows the result as a ``LearningCurveDisplay``. A loop is enough here; each point is one draw
# and one fit. With fewer images the networks train for more epochs, so that they take enough steps; longer training
# would still improve them.

methods = {
    "CNN": CNNClassifier("8C5-MP2-16C5-MP2-32N", batch_size=32, random_state=0),
    "Virtual SVM": VirtualSVMClassifier(),
    "SVM, RBF": SVMClassifier(),
    "Polynomial": PolynomialClassifier(n_components=40),
    "MLP": MLPClassifier("64N", batch_size=16, random_state=0),
    "k-NN": KNNClassifier(),
    "Radial basis": RadialBasisClassifier(n_units=50, random_state=0),
    "Linear": LinearClassifier(),
    "Decision tree": DecisionTreeClassifier(random_state=0),
}
sizes = np.array([100, 300, 1000, 4000])
epochs = {100: 40, 300: 14, 1000: 5, 4000: 2}

errors = {}
for name, method in methods.items():
    curve = []
    for size in sizes if name != "Virtual SVM" else sizes[:3]:
        if name in ("CNN", "MLP"):
            method.set_params(max_epochs=epochs[size])
        train = digits.subsample(int(size)).train
        curve.append(1 - method.fit(train.X, train.y).score(digits.test.X, digits.test.y))
    errors[name] = np.array(curve)
    print(f"{name:14}", "  ".join(f"{error:6.1%}" for error in curve))

# %%
# On logarithmic axes, most curves are nearly straight lines. Direct labels are easier to follow than a legend with nine
# entries.

COLORS = ("#0072B2", "#882255", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#1b1b1b", "#777777")

fig, ax = plt.subplots(figsize=(8, 5), layout="constrained")
for curve, color, marker in zip(errors.values(), COLORS, "osD^vPXd<", strict=True):
    ax.plot(sizes[: len(curve)], 100 * curve, color=color, marker=marker)
ax.set(xscale="log", yscale="log", xlabel="Training images", ylabel="Error on 1,000 test images (%)", xlim=(85, 4300))
ax.set_xticks(sizes, [f"{size:,}" for size in sizes])
ax.set_yticks([2, 5, 10, 20, 50], ["2", "5", "10", "20", "50"])
ax.minorticks_off()
ax.grid(color="#dddddd")

# The labels are at the ends of the lines, spread out where these are close.
ends = sorted((100 * curve[-1], name, color) for (name, curve), color in zip(errors.items(), COLORS, strict=True))
height = 0
for error, name, color in ends:
    height = max(error, height * 1.13)
    label = f"{name} (to 1,000)" if name == "Virtual SVM" else name
    ax.annotate(
        label, (1.02, height), xycoords=ax.get_yaxis_transform(), color=color, va="center", annotation_clip=False
    )
plt.show()

# %%
# The curves differ in two ways: how low they start, and how fast they fall. The decision tree needs more images than
# any other method for the same error. The virtual SVM and the convolutional network are ahead from the start, both for
# the same reason: they need no images to learn that a stroke shifted by a pixel is the same stroke. One is given
# shifted copies, the other slides its filters.

assert all(errors["CNN"][-1] < errors[name][-1] for name in errors if name not in ("CNN", "Virtual SVM"))
assert all(errors["Decision tree"] > errors["Linear"])
assert all(errors["Virtual SVM"] < errors["SVM, RBF"][:3])

# %%
# Images for an accuracy of 90 %
# ------------------------------
# The curves at an error of 10 %, interpolated by straight lines between the points:

for name, curve in errors.items():
    if curve.min() > 0.1:
        print(f"{name:14} more than {sizes[len(curve) - 1]:,}")
    else:
        needed = np.exp(np.interp(np.log(0.1), np.log(curve[::-1]), np.log(sizes[: len(curve)][::-1])))
        print(f"{name:14} about {float(f'{needed:.2g}'):,.0f}")

# %%
# Extrapolation
# -------------
# A straight line in this figure is a power law: each fourfold increase divides the error by the same number. If this
# continued, what would the error be with 60,000 images? For four methods with their default parameters we know the
# answer: ``hdr-bench run mnist`` measured it on all of MNIST.

measured = {"SVM, RBF": 0.0140, "k-NN": 0.0283, "Linear": 0.0747, "Decision tree": 0.1118}

fig, axes = plt.subplots(1, 4, figsize=(9, 3), sharey=True, layout="constrained")
for ax, (name, truth) in zip(axes, measured.items(), strict=True):
    curve = errors[name]
    slope = np.log(curve[-1] / curve[-2]) / np.log(sizes[-1] / sizes[-2])
    ahead = curve[-1] * (60_000 / sizes[-1]) ** slope
    ax.plot(sizes, 100 * curve, color="#0072B2", marker="o", label="measured")
    ax.plot([4000, 60_000], [100 * curve[-1], 100 * ahead], color="#0072B2", linestyle=":", label="power law")
    ax.plot([60_000], [100 * truth], color="#D55E00", marker="s", linestyle="", label="all of MNIST")
    ax.set(xscale="log", yscale="log", title=name, xlabel="Training images")
    ax.set_xticks([100, 1000, 10_000], ["100", "1,000", "10,000"])
    ax.minorticks_off()
    print(f"{name:14} expected {ahead:5.1%}, measured {truth:5.1%}")
axes[0].set_yticks([1, 2, 5, 10, 20, 50], ["1", "2", "5", "10", "20", "50"])
axes[0].set_ylabel("Error (%)")
axes[0].legend(fontsize=8, loc="lower left")
plt.show()

# %%
# The extrapolation is right for the SVM and not far off for the tree; nearest neighbours do better. These methods grow
# with the data: more support vectors, more neighbours, more branches. The linear classifier falls short of its line.
# Its 7,850 weights soon reach their limit, and no number of images bends a straight boundary. So Lazović's two factors
# are not independent: more data help only as far as the architecture can use them.

linear, tree = errors["Linear"], errors["Decision tree"]
assert linear[-1] / linear[-2] > tree[-1] / tree[-2]  # the last fourfold increase helps the linear classifier least
assert linear[-1] * (linear[-1] / linear[-2]) ** (np.log(15) / np.log(4)) < measured["Linear"]
