"""
Convolution, pooling, activations, softmax and cross-entropy
============================================================

The building blocks of a convolutional network one by one, each in a line or two of numpy, applied to the examples
printed in student reports and to a digit. The reports are *Handwritten Digits Recognizer* (K. Sougrati, A. Lamfadli, H.
Ait Bourhim, no year), *Recognizing Digits using Neural Networks* (A. Aboueloula, N. Benserhier, A. Zrira, 2020),
*Recognition of Handwritten Digits using Neural Networks* (F. Lazović, 2020) and *Report on digit recognition* (A.
Bodin, V. Bernard, no year).
"""

# %%
# Convolution
# -----------
# A filter is placed on the image; each pixel under it is multiplied by the corresponding weight, and the products are
# summed. The sum is one pixel of the feature map. Then the filter moves on.

import matplotlib.pyplot as plt
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy import signal
from sklearn.metrics import log_loss

from hdr_bench import load_dataset
from hdr_bench.estimators import LinearClassifier

BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#777777"


def convolve(image, weights):
    return (sliding_window_view(image, weights.shape) * weights).sum(axis=(2, 3))


# %%
# Sougrati and colleagues call this operation a dot product, and illustrate it with a product of two matrices, rows by
# columns. That is a different operation. A 2x2 filter on a 2x2 image gives a single number, the dot product of the two
# if each is written as a row:

image, weights = np.array([[1, 7], [2, 4]]), np.array([[3, 3], [5, 2]])
print("matrix product", (image @ weights).tolist(), "convolution", convolve(image, weights).tolist())
assert convolve(image, weights) == image.ravel() @ weights.ravel() == 42

# %%
# Strictly, this is a cross-correlation. A convolution in the mathematical sense first rotates the filter by 180
# degrees. A network learns its filters, so their orientation makes no difference.

rng = np.random.default_rng(0)
image, weights = rng.random((4, 4)), rng.random((3, 3))
assert np.allclose(convolve(image, weights), signal.correlate2d(image, weights, mode="valid"))
assert np.allclose(convolve(image, weights), signal.convolve2d(image, weights[::-1, ::-1], mode="valid"))

# %%
# Without padding, the map is smaller than the image by the filter's side minus one: a 3x3 filter on a 4x4 image, as
# drawn by Lazović, gives 2x2; 5x5 filters on a digit give 24x24, as in Aboueloula's first network. Padding with two
# rows of zeros on each side preserves 28x28, as in Lazović's network.

digits = load_dataset("mnist-5k")
digit = digits.train.images[np.argmax(digits.train.y == 4)] / 255
filter_5x5 = np.ones((5, 5)) / 25
assert convolve(image, weights).shape == (2, 2)
assert convolve(digit, filter_5x5).shape == (24, 24)
assert convolve(np.pad(digit, 2), filter_5x5).shape == (28, 28)

# %%
# Filters made by hand
# --------------------
# Lazović blurs a picture with a 3x3 filter whose weights are all 0.5. They sum to 4.5, so the filter also makes the
# picture four and a half times as bright, and most of the strokes are clipped to pure white. With nine weights of 1/9
# it preserves the brightness.

printed_blur = np.full((3, 3), 0.5)
assert printed_blur.sum() == 4.5
padded = np.pad(digit, 1)
assert np.isclose(convolve(padded, printed_blur).sum(), 4.5 * digit.sum())
assert np.isclose(convolve(padded, np.full((3, 3), 1 / 9)).sum(), digit.sum())

horizontal = np.array([[1, 1, 1], [0, 0, 0], [-1, -1, -1]])
pictures = {
    "digit": digit,
    "nine times 0.5": np.clip(convolve(padded, printed_blur), 0, 1),
    "nine times 1/9": convolve(padded, np.full((3, 3), 1 / 9)),
    "horizontal edges": np.maximum(convolve(padded, horizontal), 0),
    "vertical edges": np.maximum(convolve(padded, horizontal.T), 0),
}
fig, axes = plt.subplots(1, 5, figsize=(10, 2.4), layout="constrained")
for ax, (name, picture) in zip(axes, pictures.items(), strict=True):
    ax.imshow(picture, cmap="gray")
    ax.set_title(name, fontsize=10)
    ax.set_axis_off()

# %%
# Pooling
# -------
# Pooling replaces each 2x2 window by one number: its maximum or its mean. Sougrati and colleagues print a 4x4 matrix
# with both results. Three of their means are right (2.75 is rounded to 2.8). The mean of 4, 5, 6 and 5 is 5.0, not 5.3.

matrix = np.array([[4, 3, 1, 5], [1, 3, 4, 8], [4, 5, 4, 3], [6, 5, 9, 4]])
windows = matrix.reshape(2, 2, 2, 2).swapaxes(1, 2)
largest, mean = windows.max(axis=(2, 3)), windows.mean(axis=(2, 3))
assert largest.tolist() == [[4, 8], [6, 9]]
assert mean.tolist() == [[2.75, 4.5], [5.0, 5.0]]
printed_means = np.array([[2.8, 4.5], [5.3, 5.0]])
assert np.argwhere(np.abs(mean - printed_means) > 0.051).tolist() == [[1, 0]]

fig, axes = plt.subplots(1, 3, figsize=(7, 2.6), layout="constrained", width_ratios=[2, 1, 1])
for ax, values, title in zip(axes, [matrix, largest, mean], ["Input", "Maximum", "Mean"], strict=True):
    colors = np.indices(values.shape).sum(axis=0) if len(values) == 2 else np.kron([[0, 1], [1, 2]], np.ones((2, 2)))
    ax.imshow(colors % 2, cmap="Blues", vmin=-0.3, vmax=3)
    for (row, column), value in np.ndenumerate(values):
        ax.text(column, row, f"{value:g}", ha="center", va="center", fontsize=12)
    ax.set_title(title)
    ax.set_axis_off()

# %%
# Flattening
# ----------
# Fully connected layers take a vector of numbers. Flattening writes all maps into one vector, row by row. Two 2x2 maps
# become eight numbers (Lazović), 32 maps of 7x7 become 1,568 (Lazović), 32 of 12x12 become 4,608 and 128 of 5x5 become
# 3,200 (Aboueloula). Libraries differ only in the order: PyTorch writes one map after the other; Keras writes the
# values of all maps at the first pixel, then at the second. To transfer trained weights between the two, reorder them.

maps = np.arange(8).reshape(2, 2, 2)
print("PyTorch", maps.ravel(), "Keras", maps.transpose(1, 2, 0).ravel())
assert maps.size == 8
for (n_maps, height, width), printed in {(32, 7, 7): 1568, (32, 12, 12): 4608, (128, 5, 5): 3200}.items():
    assert np.zeros((n_maps, height, width)).ravel().size == printed

# %%
# Activations and their derivatives
# ---------------------------------
# A nonlinear function separates two layers; without it, two layers would be equivalent to one. Learning needs its
# derivative. The derivative of a sigmoid is at most 1/4, so the derivatives of four sigmoids in a row scale the
# gradient by at most 1/256 (the weights may enlarge it again). That of ReLU is 1 if the unit is active and 0 otherwise,
# so an inactive unit learns nothing; the leaky ReLU, here with Aboueloula's slope of 0.08, lets a small part of the
# gradient through.


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


activations = {
    "sigmoid": (sigmoid, lambda z: sigmoid(z) * (1 - sigmoid(z))),
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    "ReLU": (lambda z: np.maximum(0, z), lambda z: (z > 0).astype(float)),
    "leaky ReLU, 0.08": (lambda z: np.where(z > 0, z, 0.08 * z), lambda z: np.where(z > 0, 1, 0.08)),
}
z = np.linspace(-4, 4, 400)  # an even number of points: 0, where ReLU has no derivative, is not among them
for function, derivative in activations.values():
    assert np.allclose(derivative(z), (function(z + 1e-6) - function(z - 1e-6)) / 2e-6, atol=1e-6)
assert activations["sigmoid"][1](0) == 0.25
assert activations["tanh"][1](0) == 1
# tanh is a sigmoid, scaled and shifted.
assert np.allclose(np.tanh(z), 2 * sigmoid(2 * z) - 1)

fig, axes = plt.subplots(1, 4, figsize=(11, 2.7), layout="constrained", sharex=True, sharey=True)
for ax, (name, (function, derivative)) in zip(axes, activations.items(), strict=True):
    ax.plot(z, function(z), color=BLUE, label="function")
    ax.plot(z, derivative(z), "--", color=ORANGE, label="derivative")
    ax.axhline(0, color=GREY, lw=0.6)
    ax.set(title=name, xlabel="z", ylim=(-1.2, 2.2))
axes[0].legend(loc="upper left", fontsize=8)

# %%
# Two remarks on the reports: a bias shifts the curve, so with a bias of −5 a sigmoid stays below one half until its
# input reaches 5 (Lazović). The zeros of ReLU make the activations sparse but, contrary to what Sougrati and colleagues
# write, do not reduce the number of parameters: every weight is still there, and the next image may need it.

assert sigmoid(4.9 - 5) < 0.5 == sigmoid(5 - 5) < sigmoid(5.1 - 5)

# %%
# Softmax
# -------
# Softmax turns any ten numbers into ten probabilities. Its inputs are unbounded (Lazović gives their range as 0 to 1,
# which is that of the outputs). A constant added to all inputs cancels out, which is used to keep the exponentials
# small. With two classes, softmax is the sigmoid of the difference: the two formulas are related, as Sougrati and
# colleagues say.


def softmax(z):
    powers = np.exp(z - z.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


scores = np.array([-3.0, 0.5, 12.0, 4.0])
assert np.isclose(softmax(scores).sum(), 1)
assert np.allclose(softmax(scores), softmax(scores + 1000))
assert np.isclose(softmax(np.array([1.3, 0]))[0], sigmoid(1.3))
# The order stays the same, so the prediction, the largest of the ten, needs no softmax.
assert np.array_equal(np.argsort(softmax(scores)), np.argsort(scores))

# %%
# Cross-entropy, in nats and in bits
# ----------------------------------
# The loss of an image is :math:`-\sum_c y_c \log p_c`. The target :math:`y` is 1 for the correct digit and 0 for the
# others, so only one term is left: minus the logarithm of the probability of the correct digit. The natural logarithm
# gives nats, the logarithm to base 2 gives bits, and 1 nat is 1.443 bits. Bodin and Bernard print the ten probabilities
# of a test image of a 7:

printed_probabilities = np.array(
    [
        *[1.7346186e-06, 7.2427065e-07, 7.7200777e-05, 8.1140381e-05, 3.1915764e-07],
        *[4.5135931e-07, 2.0246911e-10, 9.9972427e-01, 2.0642960e-06, 1.1205630e-04],
    ]
)
assert printed_probabilities.argmax() == 7
assert abs(printed_probabilities.sum() - 1) < 1e-6
nats, bits = -np.log(printed_probabilities[7]), -np.log2(printed_probabilities[7])
print(f"loss of this image: {nats:.6f} nats, {bits:.6f} bits")
assert np.isclose(bits, nats / np.log(2))

# %%
# Sougrati and colleagues explain the loss with a drawing of the logarithm to base 2, and then report a test loss of
# 0.0342. Keras, which computed it, uses the natural logarithm, so it is 0.0342 nats, or 0.0493 bits. To interpret such
# a number, undo the logarithm: exp(−0.0342) = 0.966 is the (geometric) mean of the probability that the network gives
# to the correct digit. Giving each digit a probability of 1/10 has a loss of log 10: 2.303 nats or 3.322 bits.

assert round(0.0342 / np.log(2), 4) == 0.0493
assert round(np.exp(-0.0342), 3) == 0.966
assert round(np.log(10), 3) == 2.303
assert round(np.log2(10), 3) == 3.322

# %%
# Is softmax "the only way" to get values whose logarithm exists, as Sougrati and colleagues say? Ten separate sigmoids
# would also do. Softmax additionally makes the ten values sum to 1, so that a digit can gain only what others lose.
#
# Aboueloula and colleagues compare cross-entropy with the Kullback–Leibler divergence, "in terms of bits", and find
# them similar. In fact they are equal: the divergence is the cross-entropy minus the entropy of the target, which is
# zero for a one-hot target. Keras computes both in nats.

target = np.eye(10)[7]
right = target > 0
cross_entropy = -(target * np.log(printed_probabilities)).sum()
divergence = (target[right] * np.log(target[right] / printed_probabilities[right])).sum()
assert np.isclose(divergence, cross_entropy)

# %%
# The loss of a method
# --------------------
# The loss of one of this library's methods, on 1,000 test images: the softmax of the ten scores, the logarithm for the
# correct digit, and the mean.

model = LinearClassifier().fit(digits.train.X, digits.train.y)
probabilities = softmax(model.decision_function(digits.test.X))
assert np.allclose(probabilities, model.predict_proba(digits.test.X), atol=1e-5)
of_right_digit = probabilities[np.arange(len(probabilities)), digits.test.y]
losses = -np.log(of_right_digit)
assert np.isclose(losses.mean(), log_loss(digits.test.y, probabilities), atol=1e-6)
print(f"logistic regression: {losses.mean():.3f} nats, {losses.mean() / np.log(2):.3f} bits per image")

fig, (left, right) = plt.subplots(1, 2, figsize=(9, 3.2), layout="constrained")
p = np.linspace(0.002, 1, 500)
left.plot(p, -np.log2(p), "--", color=ORANGE, label="bits, −log₂ p")
left.plot(p, -np.log(p), color=BLUE, label="nats, −ln p")
left.plot(0.1, np.log(10), "o", color=BLUE)
left.annotate("all equal: 2.303", (0.1, np.log(10)), (0.3, 3.6), color=BLUE, arrowprops={"arrowstyle": "-"})
left.set(title="Loss of one image", xlabel="probability of the correct digit, p", ylabel="loss", ylim=(0, 8))
left.legend()
share = np.cumsum(np.sort(losses)[::-1]) / losses.sum()
images = np.arange(1, len(losses) + 1)
right.plot(images, 100 * share, color=BLUE)
right.set(
    title="A few images cause most of the loss",
    xlabel="test images, worst first",
    ylabel="share of the summed loss (%)",
    ylim=(0, 102),
)
worst = share[99]
right.plot(100, 100 * worst, "o", color=ORANGE)
right.annotate(f"the worst 100: {worst:.0%}", (100, 100 * worst), (10, -12), textcoords="offset points", color=ORANGE)
plt.show()
