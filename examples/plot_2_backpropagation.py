"""
Backpropagation by hand: a neuron, then a filter
================================================

How a network learns, with calculations small enough to follow on paper: one sigmoid neuron and its first two updates,
as in F. Lazović's thesis *Recognition of Handwritten Digits using Neural Networks* (2020), then its weights after
eleven passes, and finally the same chain rule through a convolution filter, where a sign decides whether anything is
learned.
"""

# %%
# One neuron, two samples
# -----------------------
# The neuron computes :math:`a = \sigma(w \cdot x)` without a bias. Its error is :math:`C = (a - y)^2`, and since
# :math:`\sigma' = \sigma (1 - \sigma)`, the chain rule gives
#
# .. math:: \frac{\partial C}{\partial w_k} = 2 (a - y) \, a (1 - a) \, x_k .
#
# The learning rate is 1, so each update subtracts this gradient.

import matplotlib.pyplot as plt
import numpy as np

from hdr_bench import load_dataset

BLUE, ORANGE, GREEN, PINK, GREY = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#777777"

samples = np.array([[0.9, 0.9, 0.1, 0.1], [0.1, 0.1, 0.9, 0.9]])
targets = np.array([1, 0])
start = np.array([0.2, 0.5, 0.3, 0.6])


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def error(w, sample):
    return (sigmoid(samples[sample] @ w) - targets[sample]) ** 2


def gradient(w, sample):
    a = sigmoid(samples[sample] @ w)
    return 2 * (a - targets[sample]) * a * (1 - a) * samples[sample]


def cut(value):
    """Return a number truncated after three decimals, as the thesis prints most of them."""
    return np.trunc(np.round(value * 1000, 9)) / 1000


# %%
# The first update: the thesis truncates its numbers after the third decimal instead of rounding them, so the gradient
# of the first weight, −0.1298, is printed as −0.129. With truncation, all of its values are reproduced.

after_first = start - gradient(start, 0)
print(f"output {sigmoid(samples[0] @ start):.4f}, error {error(start, 0):.4f}")
print("gradient", gradient(start, 0).round(4))
print("new weights", after_first.round(4))

assert cut(sigmoid(samples[0] @ start)) == 0.672
assert cut(error(start, 0)) == 0.107
assert cut(gradient(start, 0)[0]) == -0.129
assert cut(after_first).tolist() == [0.329, 0.629, 0.314, 0.614]
# Rounded, the weights are:
assert after_first.round(3).tolist() == [0.330, 0.630, 0.314, 0.614]

# %%
# The thesis then gives the error on the same sample as 0.07. It uses 0.2 as the last input, where its table of samples
# has 0.1. With the right input the error is 0.077. Either way, it is smaller than 0.107.

printed = np.array([0.329, 0.629, 0.314, 0.614])
misprinted_sample = np.array([0.9, 0.9, 0.1, 0.2])
assert cut((sigmoid(misprinted_sample @ printed) - 1) ** 2) == 0.070
assert round(error(after_first, 0), 3) == 0.077

# %%
# Next comes the second sample, called 1 in the table and 2 in the text. The thesis continues with its four truncated
# weights, and its numbers are right for these. Without truncation, the last digits differ by up to 0.002.

assert round(error(printed, 1), 2) == 0.51
assert cut(printed - gradient(printed, 1)).tolist() == [0.299, 0.599, 0.052, 0.352]
assert cut(error(np.array([0.299, 0.599, 0.052, 0.352]), 1)) == 0.373

after_second = after_first - gradient(after_first, 1)
print("weights after both samples", after_second.round(3), f"error {error(after_second, 1):.3f}")
assert after_second.round(3).tolist() == [0.301, 0.601, 0.053, 0.353]
assert round(error(after_second, 1), 3) == 0.374

# %%
# Eleven passes
# -------------
# The thesis ends with a prediction: over more iterations :math:`w_1` and :math:`w_2` would increase, :math:`w_3` and
# :math:`w_4` fall below zero, and the classification become correct. We can check this.

weights, errors = [start], [[error(start, 0), error(start, 1)]]
for _ in range(11):
    w = weights[-1]
    for sample in (0, 1):
        w = w - gradient(w, sample)
    weights.append(w)
    errors.append([error(w, 0), error(w, 1)])
weights, errors = np.array(weights), np.array(errors)
print("after eleven passes", weights[-1].round(3), "errors", errors[-1].round(4))

assert weights[-1].round(3).tolist() == [0.878, 1.178, -1.139, -0.839]

# %%
# The prediction is right. In every pass all four weights move as predicted; :math:`w_3` is negative after the second
# pass, :math:`w_4` after the third, and from the third pass on both outputs are on the correct side of 0.5. The
# eleventh pass is the first after which both errors are below 0.03.

assert (np.diff(weights[:, :2], axis=0) > 0).all()
assert (np.diff(weights[:, 2:], axis=0) < 0).all()
assert [np.argmax(weights[:, k] < 0) for k in (2, 3)] == [2, 3]
# An output is on the correct side of 0.5 if the squared error is below 0.25.
assert np.argmax((errors < 0.25).all(axis=1)) == 3
assert np.argmax((errors < 0.03).all(axis=1)) == 11

fig, (left, right) = plt.subplots(1, 2, figsize=(8.5, 3.3), layout="constrained")
for k, (color, marker) in enumerate([(BLUE, "o"), (GREEN, "^"), (ORANGE, "s"), (PINK, "D")]):
    left.plot(weights[:, k], marker=marker, ms=4, color=color)
    left.annotate(f"$w_{k + 1}$", (11, weights[-1, k]), (6, -3), textcoords="offset points", color=color)
left.axhline(0, color=GREY, lw=0.8)
for sample, (color, marker) in enumerate([(BLUE, "o"), (ORANGE, "s")]):
    right.plot(errors[:, sample], marker=marker, ms=4, color=color)
    right.annotate(f"sample {sample}", (0, errors[0, sample]), (8, 3), textcoords="offset points", color=color)
right.axhline(0.25, color=GREY, lw=0.8, ls="--")
right.annotate("wrong side above this line", (11, 0.25), (0, 3), textcoords="offset points", ha="right", color=GREY)
left.set(title="Weights", xlabel="passes", ylabel="weight", xticks=range(12), xlim=(-0.4, 12))
right.set(title="Squared errors", xlabel="passes", ylabel="error", xticks=range(12), ylim=(0, None))

# %%
# Through a filter
# ----------------
# Now a convolution: a 3x3 filter slides over a 4x4 image and produces a map of 2x2 values, which pass through a
# sigmoid; one neuron computes their weighted sum and passes it through another sigmoid. The thesis derives how the
# error :math:`C = (y - a^F)^2` changes with a pixel of the filter:
#
# .. math:: \frac{\partial C}{\partial w_{11}^C} = 2 (y - a^F) \, g'(z^F) \, w_1^F \, g'(z_1^C) \, x_{11} .
#
# Two things are missing. The target comes first here, so the inner derivative of :math:`y - a^F` is −1, and the
# expression needs a minus sign. (For its single neuron the thesis has the difference the other way round, and the sign
# is right.) Furthermore, the filter is applied at several positions of the image, four here, and each of them
# contributes. The derivative is therefore a sum over the positions :math:`i`, with the pixel under the filter's corner
# at each:
#
# .. math:: \frac{\partial C}{\partial w_{jk}^C} = -2 (y - a^F) \, g'(z^F) \sum_i w_i^F \, g'(z_i^C) \, x_{jk}^{(i)} .

rng = np.random.default_rng(0)
image, y = rng.random((4, 4)), 1.0
conv_weights, dense_weights = rng.normal(size=(3, 3)), rng.normal(size=4)


def forward(conv_weights):
    """Return the 3x3 patches under the filter, the four activations of the map, and the output."""
    patches = np.lib.stride_tricks.sliding_window_view(image, (3, 3)).reshape(4, 3, 3)
    a_conv = sigmoid((patches * conv_weights).sum(axis=(1, 2)))
    return patches, a_conv, sigmoid(a_conv @ dense_weights)


def loss(conv_weights):
    return (y - forward(conv_weights)[2]) ** 2


patches, a_conv, a_dense = forward(conv_weights)
at_dense = -2 * (y - a_dense) * a_dense * (1 - a_dense)
by_place = at_dense * dense_weights * a_conv * (1 - a_conv)
filter_gradient = (by_place[:, None, None] * patches).sum(axis=0)
as_printed = 2 * (y - a_dense) * a_dense * (1 - a_dense) * dense_weights[0] * a_conv[0] * (1 - a_conv[0]) * image[0, 0]

# %%
# A gradient is easily checked: change one weight slightly, and see how much the error changes.

numerical = np.empty((3, 3))
for j, k in np.ndindex(3, 3):
    nudge = np.zeros((3, 3))
    nudge[j, k] = 1e-6
    numerical[j, k] = (loss(conv_weights + nudge) - loss(conv_weights - nudge)) / 2e-6

print(f"corner of the filter: measured {numerical[0, 0]:.6f}, by the sum over four places {filter_gradient[0, 0]:.6f}")
print(f"as printed: {as_printed:.6f}; the share of the first place alone is {by_place[0] * image[0, 0]:.6f}")
assert np.allclose(numerical, filter_gradient, atol=1e-8)
assert np.isclose(as_printed, -by_place[0] * image[0, 0])
assert not np.isclose(as_printed, numerical[0, 0])

# %%
# What the sign does
# ------------------
# We train the same model on real digits: a 5x5 filter, a map of 24x24, and one neuron that distinguishes 1 from 0. The
# activation of the map is ReLU, max(0, z), whose derivative is 1 above zero and 0 below. The model learns from 200
# images of each digit for 60 steps. With the minus sign the error falls. Without it, every step goes uphill, and the
# model ends up confident and wrong.

digits = load_dataset("mnist-5k").train
chosen = np.concatenate([np.flatnonzero(digits.y == digit)[:200] for digit in (0, 1)])
images, is_one = digits.images[chosen] / 255, (digits.y[chosen] == 1).astype(float)
windows = np.lib.stride_tricks.sliding_window_view(images, (5, 5), axis=(1, 2)).reshape(len(images), 576, 25)


def train(sign, n_steps=60, rate=0.1):
    rng = np.random.default_rng(1)
    w_conv, w_dense = rng.normal(scale=0.3, size=25), rng.normal(scale=0.05, size=576)
    course = []
    for _ in range(n_steps + 1):
        z_conv = windows @ w_conv
        a_conv = np.maximum(z_conv, 0)
        a_dense = sigmoid(a_conv @ w_dense)
        course.append(np.mean((is_one - a_dense) ** 2))
        at_dense = sign * 2 * (is_one - a_dense) * a_dense * (1 - a_dense) / len(images)
        by_place = at_dense[:, None] * w_dense * (z_conv > 0)
        w_dense = w_dense - rate * at_dense @ a_conv
        w_conv = w_conv - rate * np.tensordot(by_place, windows, axes=2)
    return np.array(course), w_conv.reshape(5, 5), np.mean((a_dense > 0.5) == is_one)


falling, learned_filter, accuracy = train(sign=-1)
rising, _, wrong_accuracy = train(sign=+1)
print(f"with the minus sign: error {falling[0]:.3f} to {falling[-1]:.3f}, accuracy {accuracy:.1%}")
print(f"without it: error {rising[0]:.3f} to {rising[-1]:.3f}, accuracy {wrong_accuracy:.1%}")
assert falling[-1] < falling[0] < rising[-1]
assert accuracy > 0.99
assert wrong_accuracy < 0.01

fig, (left, middle, right) = plt.subplots(1, 3, figsize=(10, 3.2), layout="constrained", width_ratios=[1.6, 1, 1])
left.plot(falling, color=BLUE, label="with the minus sign")
left.plot(rising, "--", color=ORANGE, label="as printed, without it")
left.set(title="Mean squared error", xlabel="steps", ylabel="error", ylim=(0, 1))
left.legend(loc="center right")
limit = np.abs(learned_filter).max()
weights_shown = middle.imshow(learned_filter, cmap="PuOr", vmin=-limit, vmax=limit)
middle.set(title="The learned filter", xticks=[], yticks=[])
pair = [np.argmax(is_one == 0), np.argmax(is_one == 1)]
maps = np.maximum(windows[pair] @ learned_filter.ravel(), 0).reshape(2, 24, 24)
shown = right.imshow(np.hstack([maps[0], maps[1]]), cmap="viridis")
right.set(title="Its maps of a 0 and a 1", xticks=[], yticks=[])
fig.colorbar(weights_shown, ax=middle, shrink=0.6, label="weight")
fig.colorbar(shown, ax=right, shrink=0.6, label="activation")
plt.show()
