"""
What each method sees: decision boundaries
==========================================

A classifier divides the space of all images into regions, one for each class. Here that space has 784 dimensions, too
many to draw, so this page reduces images of two digits to two numbers each and draws the boundary that each method
finds. It then returns to whole images, and shows what trees, nearest neighbours and support vectors base their
predictions on.

F. Lazović ("Recognition of Handwritten Digits using Neural Networks", undergraduate thesis, 2020) introduces these
methods in its first chapter. Its formulas are checked along the way.
"""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import ListedColormap
from sklearn.decomposition import PCA

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

ONE, FIVE = "#0072B2", "#D55E00"  # blue and vermilion: also distinct for colour-blind readers
FEWER_COLORS = ListedColormap(["#cfe3f1", "#f7dccb"])

# %%
# Two digits in two numbers
# -------------------------
# Principal components are the directions in which the images differ most. Two of them preserve little of an image, but
# 1 and 5 remain well separated.

digits = load_dataset("mnist-5k")
train = digits.train.take(np.flatnonzero(np.isin(digits.train.y, [1, 5])))
test = digits.test.take(np.flatnonzero(np.isin(digits.test.y, [1, 5])))

pca = PCA(n_components=2).fit(train.X)
points, test_points = pca.transform(train.X), pca.transform(test.X)
print(f"{len(train)} training images, {len(test)} test images")
print(f"The two components keep {pca.explained_variance_ratio_.sum():.0%} of the variance.")

# %%
# Every point in the plane corresponds to a picture: the mean image plus a multiple of each component. Along the arm of
# the ones the slant changes; towards the left, the picture acquires a bowl and becomes a 5.

across, down = np.linspace(-1300, 700, 6), np.linspace(850, -850, 5)
pictures = pca.inverse_transform([(x, y) for y in down for x in across]).reshape(-1, 28, 28)
mosaic = pictures.reshape(5, 6, 28, 28).swapaxes(1, 2).reshape(5 * 28, 6 * 28)

fig, (left, right) = plt.subplots(1, 2, figsize=(9, 3.8), layout="constrained")
for digit, color, marker in ((1, ONE, "o"), (5, FIVE, "s")):
    left.scatter(*points[train.y == digit].T, s=10, c=color, marker=marker, label=f"digit {digit}")
left.set(xlabel="First component", ylabel="Second component", title="800 training images")
left.legend(loc="lower left")
right.imshow(mosaic, cmap="gray_r", vmin=0, vmax=255, extent=(-1500, 900, -1062, 1062), aspect="auto")
right.set(xlabel="First component", ylabel="Second component", title="Pictures at these points")
plt.show()

# %%
# Nine boundaries
# ---------------
# Seven methods learn from the two numbers alone. The convolutional network and the virtual SVM need an image to slide a
# filter over, or to shift by a pixel, so they get the picture that corresponds to the point. It contains the same
# information as the two numbers.

on_points = {
    "Linear": LinearClassifier(),
    "Polynomial, degree 3": PolynomialClassifier(degree=3, alpha=1.0),
    "Decision tree": DecisionTreeClassifier(random_state=0),
    "k-NN, k = 3": KNNClassifier(),
    "SVM, RBF": SVMClassifier(),
    "Radial basis, 20 units": RadialBasisClassifier(n_units=20, random_state=0),
    "MLP, 16N-16N": MLPClassifier("16N-16N", max_epochs=30, random_state=0),
}
on_pictures = {
    "Virtual SVM": VirtualSVMClassifier(),
    "CNN, 8C5-MP2-16C5-MP2-32N": CNNClassifier("8C5-MP2-16C5-MP2-32N", max_epochs=5, random_state=0),
}

x, y = np.meshgrid(np.linspace(-1900, 1000, 101), np.linspace(-1200, 1250, 81))
grid = np.c_[x.ravel(), y.ravel()]
regions, accuracies = {}, {}
for name, model in on_points.items():
    model.fit(points, train.y)
    regions[name], accuracies[name] = model.predict(grid), model.score(test_points, test.y)
for name, model in on_pictures.items():
    model.fit(pca.inverse_transform(points), train.y)
    regions[name] = model.predict(pca.inverse_transform(grid))
    accuracies[name] = model.score(pca.inverse_transform(test_points), test.y)

# %%
# The dots are the test images.

fig, axes = plt.subplots(3, 3, figsize=(9, 8), sharex=True, sharey=True, layout="constrained")
for ax, (name, answers) in zip(axes.flat, regions.items(), strict=True):
    region = (answers == 5).astype(float).reshape(x.shape)
    ax.contourf(x, y, region, levels=[-0.5, 0.5, 1.5], cmap=FEWER_COLORS)
    ax.contour(x, y, region, levels=[0.5], colors="black", linewidths=1)
    for digit, color, marker in ((1, ONE, "o"), (5, FIVE, "s")):
        ax.scatter(*test_points[test.y == digit].T, s=8, c=color, marker=marker)
    ax.set_title(f"{name}: {accuracies[name]:.1%}", fontsize=10)
fig.supxlabel("First component")
fig.supylabel("Second component")
plt.show()

print("\n".join(f"{name:27} {accuracy:.1%}" for name, accuracy in accuracies.items()))

# %%
# The shape of the boundary is characteristic of the method. A linear classifier has one straight line and cannot follow
# the bend of the ones. A tree splits parallel to the axes, so its boundary is a staircase. Nearest neighbours have a
# ragged boundary with islands around single training images. Kernels and networks have smooth boundaries. Far from all
# images a boundary is meaningless: methods with nearly the same accuracy disagree there.

assert all(accuracies["Linear"] < accuracies[name] for name in ("k-NN, k = 3", "SVM, RBF", "MLP, 16N-16N"))

# %%
# Lazović writes that for an SVM "the data must be linearly separable", or else be transformed. This is true of the
# hard-margin SVM in textbooks, but not of the soft-margin SVM used in practice: its parameter C is the penalty for an
# image on the wrong side. A linear SVM can be trained on these points although no straight line separates them.

linear_svm = SVMClassifier(kernel="linear").fit(points, train.y)
wrong = int((linear_svm.predict(points) != train.y).sum())
print(f"The linear SVM leaves {wrong} of {len(train)} training images on the wrong side.")
assert wrong > 0

# %%
# What a tree sees
# ----------------
# A tree compares one number at a time with a threshold. To choose the threshold, it tries the midpoints between
# neighbouring values and takes the split with the lowest Gini impurity, one minus the sum of the squared class shares.
# We do this by hand on the first component.

order = np.argsort(points[:, 0])
values, is_one = points[order, 0], train.y[order] == 1
thresholds = (values[1:] + values[:-1]) / 2
sizes = np.arange(1, len(values))  # images below each threshold
ones = np.cumsum(is_one)[:-1]


def gini(share):
    """Return the impurity of a group in which one of two classes has this share."""
    return 1 - share**2 - (1 - share) ** 2


below, above = gini(ones / sizes), gini((is_one.sum() - ones) / (len(values) - sizes))
impurities = (sizes * below + (len(values) - sizes) * above) / len(values)
best = thresholds[impurities.argmin()]

stump = DecisionTreeClassifier("gini", max_depth=1, random_state=0).fit(points[:, :1], train.y)
print(f"By hand: {best:.2f}; the library's tree: {stump.tree_.threshold[0]:.2f}")
assert np.isclose(best, stump.tree_.threshold[0])

# %%
# Lazović defines the impurity by two counts, which is right for two classes. For a numerical feature, however, the
# thesis counts the values above and below the threshold. Taken literally, the labels play no role, and the purest split
# leaves a single image on one side. The counts must be those of the classes on each side, weighted by the size of the
# side. The thresholds, (a[i] + a[i-1]) / 2, require sorted values, and start at the second.

literal = gini(sizes / len(values))
print(f"Taken literally, the best split has {sizes[literal.argmin()]} image below the threshold.")
assert sizes[literal.argmin()] == 1

fig, ax = plt.subplots(figsize=(6.5, 3.4), layout="constrained")
ax.plot(thresholds, impurities, color=ONE)
ax.plot(thresholds, literal, color=FIVE, linestyle="--")
ax.axvline(best, color="gray", linewidth=1)
ax.annotate("classes on each side", (-850, 0.14), color=ONE)
ax.annotate("values on each side:\nno labels", (-1700, 0.24), color=FIVE)
ax.annotate(f"best: {best:.0f}", (best + 15, 0.01), color="dimgray")
ax.set(xlabel="Threshold on the first component", ylabel="Gini impurity", ylim=(0, 0.53))
plt.show()

# %%
# On whole images a tree does the same with single pixels. It needs only a few of the 784 to distinguish 1 from 5, and
# ignores the others, so a speck of dirt on one of these pixels can change its prediction.

tree = DecisionTreeClassifier(random_state=0).fit(train.X, train.y)
is_split = tree.tree_.children_left >= 0
used = tree.tree_.feature[is_split]
reached = tree.tree_.n_node_samples[is_split]
print(f"The tree uses {len(set(used))} pixels; test accuracy {tree.score(test.X, test.y):.1%}")

answers, changes = tree.predict(test.X), np.zeros(len(test), bool)
for pixel in set(used):
    dirty = test.X.copy()
    dirty[:, pixel] = 255 - dirty[:, pixel]
    changes |= tree.predict(dirty) != answers
print(f"Inverting one of them changes the answer on {changes.mean():.0%} of the test images.")
assert changes.mean() > 0.5

fig, axes = plt.subplots(1, 2, figsize=(6.5, 3.3), layout="constrained")
for ax, digit, color in zip(axes, (1, 5), (ONE, FIVE), strict=True):
    ax.imshow(train.images[train.y == digit].mean(axis=0), cmap="gray_r", vmin=0, vmax=255)
    ax.scatter(used % 28, used // 28, s=10 + reached / 4, facecolors="none", edgecolors=color, linewidths=2)
    ax.set_title(f"Mean {digit}, pixels used", fontsize=10)
    ax.set_axis_off()
plt.show()

# %%
# The circles mark the pixels; their size shows how many training images reach the split.
#
# What a neighbour sees
# ---------------------
# Nearest neighbours compare all pixels of an image with those of every training image, by Lazović's formula, the square
# root of the sum of squared differences. The most similar images vote. From here on, all ten digits are used.

knn = KNNClassifier(n_neighbors=4, weights="uniform").fit(digits.train.X, digits.train.y)
votes = knn.predict_proba(digits.test.X) * 4
draws = np.flatnonzero((votes == votes.max(axis=1, keepdims=True)).sum(axis=1) > 1)
shown = draws[:3]

differences = digits.train.X.astype(float)[None] - digits.test.X[shown].astype(float)[:, None]
distances = np.sqrt((differences**2).sum(axis=2))
nearest = distances.argsort(axis=1, kind="stable")[:, :4]
by_hand = [np.bincount(digits.train.y[row], minlength=10) for row in nearest]
assert np.array_equal(by_hand, votes[shown].round())

fig, axes = plt.subplots(3, 5, figsize=(7, 4.8), layout="constrained")
for row, index, neighbors, away in zip(axes, shown, nearest, distances, strict=True):
    row[0].imshow(digits.test.images[index], cmap="gray_r")
    row[0].set_title(f"test image: {digits.test.y[index]}", fontsize=10, fontweight="bold")
    for ax, neighbor in zip(row[1:], neighbors, strict=True):
        ax.imshow(digits.train.images[neighbor], cmap="gray_r")
        ax.set_title(f"{digits.train.y[neighbor]}, at {away[neighbor]:.0f}", fontsize=10)
    for ax in row:
        ax.set_axis_off()
plt.show()

# %%
# Lazović's example uses k = 4 neighbours and the class with the most votes. This leaves open what to do if several
# classes are tied, as in these three rows. An odd k prevents ties for two classes, but not for ten. By default, the
# library weights nearer neighbours more, which resolves every tie here.

weighted = KNNClassifier(n_neighbors=4).fit(digits.train.X, digits.train.y).predict_proba(digits.test.X)
weighted_draws = int(((weighted == weighted.max(axis=1, keepdims=True)).sum(axis=1) > 1).sum())
print(f"Ties among {len(digits.test)} test images: {len(draws)} with equal votes, {weighted_draws} with weights")
assert len(draws) > 0
assert weighted_draws == 0

# %%
# What a support vector sees
# --------------------------
# An SVM also compares a new image with training images, but only with those near the boundary, the support vectors. The
# others have weight 0.

svm = SVMClassifier().fit(train.X, train.y)
support, weights = svm.svc_.support_, np.abs(svm.svc_.dual_coef_[0])
print(f"{len(support)} of {len(train)} training images are support vectors.")

fig, axes = plt.subplots(2, 8, figsize=(8, 2.6), layout="constrained")
for row, digit in zip(axes, (1, 5), strict=True):
    of_digit = train.y[support] == digit
    heaviest = support[of_digit][weights[of_digit].argsort()[::-1][:8]]
    for ax, index in zip(row, heaviest, strict=True):
        ax.imshow(train.images[index], cmap="gray_r")
        ax.set_axis_off()
fig.suptitle("Support vectors with the largest weights: odd ones and odd fives", fontsize=10)
plt.show()

# %%
# Without the other images, the SVM would be the same. (The default width of the kernel depends on the training images;
# here both SVMs use the same one.)

gamma = 2.25 / (784 * (train.X / 255).var())
full = SVMClassifier(gamma=gamma).fit(train.X, train.y)
reduced = SVMClassifier(gamma=gamma).fit(train.X[support], train.y[support])
change = np.abs(reduced.decision_function(test.X) - full.decision_function(test.X)).max()
print(f"Fitted on the support vectors alone, the scores change by {change:.4f} at most.")
assert change < 0.02
