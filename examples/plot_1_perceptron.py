"""
The perceptron on AND, OR and XOR
=================================

A perceptron outputs *true* where a weighted sum of its inputs is above zero, so its decision boundary is a straight
line. We follow it step by step through the logic gates that K. Sougrati, A. Lamfadli and H. Ait Bourhim work out in
*Handwritten Digits Recognizer* (no year), compare each number with theirs, and end with a gate that no single line can
represent.
"""

# %%
# The rule
# --------
# The inputs are :math:`(1, x_1, x_2)`; the first one is always 1, and its weight :math:`w_0` is the bias. The output is
# true if :math:`w_0 + w_1 x_1 + w_2 x_2 > 0`. After a wrong answer each weight moves by the learning rate, 0.2, times
# the error (+1 or −1) times its input. We store the weights as integer multiples of 0.2: the initial weights (0.8, −1,
# −1) become (4, −5, −5). This avoids rounding, whereas 0.8 − 0.2 in floating point is 0.6000000000000001, as in the
# report's own listing.

import matplotlib.pyplot as plt
import numpy as np

BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#777777"
STEP = 0.2

# The order of the report's code: (0, 0), (1, 1), (0, 1), (1, 0).
points = np.array([[1, 0, 0], [1, 1, 1], [1, 0, 1], [1, 1, 0]])
AND, OR, XOR = np.array([0, 1, 0, 0]), np.array([0, 1, 1, 1]), np.array([0, 0, 1, 1])
start = np.array([4, -5, -5])


def outputs(weights):
    return (points @ weights > 0).astype(int)


def learn_once(weights, targets):
    """Return the weights after each of the four samples of one pass."""
    steps = []
    for x, target in zip(points, targets, strict=True):
        weights = weights + (target - int(x @ weights > 0)) * x
        steps.append(weights)
    return steps


def line(weights):
    """Return slope and intercept of the line on which the sum is zero, x2 = slope x1 + intercept."""
    w0, w1, w2 = weights
    return -w1 / w2, -w0 / w2


def draw_gate(ax, weights, targets, title):
    """Draw the four points, true ones filled, and the half-plane in which the perceptron outputs true."""
    side = np.linspace(-0.4, 1.4, 300)
    x1, x2 = np.meshgrid(side, side)
    answers = weights[0] + weights[1] * x1 + weights[2] * x2 > 0
    ax.contourf(x1, x2, answers, levels=[0.5, 1.5], colors=[BLUE], alpha=0.18)
    ax.contour(x1, x2, answers, levels=[0.5], colors=[BLUE], linewidths=1.5)
    for (_, a, b), target in zip(points, targets, strict=True):
        ax.plot(a, b, "o" if target else "s", ms=10, mec=ORANGE, mew=2, mfc=ORANGE if target else "white")
    ax.set(title=title, xlabel="$x_1$", ylabel="$x_2$", xticks=[0, 1], yticks=[0, 1], aspect="equal")


# %%
# AND, by hand
# ------------
# The report starts at (0.8, −1, −1), finds (0, 0) and (1, 1) "well classified", and corrects (0, 1) and then (1, 0),
# both upwards. Its weights and its three lines are right:

by_hand = [start, start + points[2], start + points[2] + points[3]]
assert np.allclose(STEP * np.array(by_hand), [[0.8, -1, -1], [1, -1, -0.8], [1.2, -0.8, -0.8]])
assert np.allclose([line(weights) for weights in by_hand], [[-1, 0.8], [-1.25, 1.25], [-1, 1.5]])
for weights in by_hand:
    print(f"weights {np.round(STEP * weights, 1)}, outputs {outputs(weights)}")

# %%
# The outputs, however, are not those of AND. By the report's own rule (true if the sum is above 0), the point (0, 0)
# has the sum 0.8 and is classified as true at the start: it is not well classified, and neither is (1, 1). The two
# points that were corrected had been right. The two sides of the line were swapped for all four points, so the gate
# that was learned, without any other mistake, is the opposite one, NAND.

assert outputs(start).tolist() == [1, 0, 0, 0]
assert np.array_equal(outputs(by_hand[-1]), 1 - AND)

# %%
# The line itself separates (1, 1) from the rest, as AND needs. With all three signs changed, the same line gives the
# correct outputs.

assert np.array_equal(outputs(-by_hand[-1]), AND)

fig, axes = plt.subplots(1, 4, figsize=(11, 3.2), layout="constrained")
titles = ["Start: (0.8, −1, −1)", "After (0, 1)", "After (1, 0): NAND", "Signs changed: AND"]
for ax, weights, title in zip(axes, [*by_hand, -by_hand[-1]], titles, strict=True):
    draw_gate(ax, weights, AND, title)
fig.suptitle("AND by hand. Filled: true for AND. Blue: where the perceptron outputs true", fontsize=10)

# %%
# AND, in code
# ------------
# The report's code goes through the four samples once and prints the weights after each. These are its numbers:

first_pass = learn_once(start, AND)
printed = [[0.6, -1, -1], [0.8, -0.8, -0.8], [0.8, -0.8, -0.8], [0.8, -0.8, -0.8]]
assert np.allclose(STEP * np.array(first_pass), printed)

# %%
# One pass is not enough. The perceptron now outputs 1, 0, 0, 0 where AND is 0, 1, 0, 0, so two outputs are still wrong.
# The code draws its last line, which touches two of the points, and stops there; the drawing does not show on which
# side the output is true.

assert outputs(first_pass[-1]).tolist() == [1, 0, 0, 0]


def passes_until_learned(targets, most=100):
    """Return the weights at the start and after each pass, until every output is right."""
    weights = [start]
    while not np.array_equal(outputs(weights[-1]), targets) and len(weights) <= most:
        weights.append(learn_once(weights[-1], targets)[-1])
    return weights


and_passes = passes_until_learned(AND)
for number, weights in enumerate(and_passes):
    print(f"pass {number:2d}: weights {np.round(STEP * weights, 1)}, outputs {outputs(weights)}")

# %%
# It takes thirteen passes. The second one changes the weights but none of the outputs; most passes only undo the
# initial weights, whose signs are all wrong.

assert len(and_passes) - 1 == 13
assert outputs(and_passes[2]).tolist() == [1, 0, 0, 0]

fig, axes = plt.subplots(1, 4, figsize=(11, 3.2), layout="constrained")
for ax, number in zip(axes, [1, 5, 10, 13], strict=True):
    draw_gate(ax, and_passes[number], AND, f"After pass {number}")
fig.suptitle("AND in code: the line rotates before the outputs are right", fontsize=10)

# %%
# The report has two versions of this code. The one with TensorFlow does the same computation, but in floating point,
# where a sum that should be zero may come out slightly above zero: it learns AND after eleven passes. The one without
# TensorFlow recomputes the output after each single weight. Once ``w0`` is corrected the output may be right, and
# ``w1`` and ``w2`` are then left unchanged. The first pass ends at the same weights, but further passes would lead to
# (0, 0, 0), where this version remains. The output should be computed before the inner loop.


def learn_once_weight_by_weight(weights, targets):
    weights = weights.copy()
    for x, target in zip(points, targets, strict=True):
        for j in range(3):
            weights[j] += (target - int(x @ weights > 0)) * x[j]
    return weights


weights = learn_once_weight_by_weight(start, AND)
assert np.array_equal(weights, and_passes[1])
for _ in range(20):
    weights = learn_once_weight_by_weight(weights, AND)
assert weights.tolist() == learn_once_weight_by_weight(weights, AND).tolist() == [0, 0, 0]

in_floats = STEP * start
for _ in range(11):
    assert not np.array_equal(outputs(in_floats), AND)
    for x, target in zip(points, AND, strict=True):
        in_floats = in_floats + STEP * (target - int(x @ in_floats > 0)) * x
assert np.array_equal(outputs(in_floats), AND)

# %%
# OR
# --
# The report leaves OR as an exercise, with "the exact same steps". From the same start it takes eleven passes.

or_passes = passes_until_learned(OR)
assert len(or_passes) - 1 == 11
print("OR:", np.round(STEP * or_passes[-1], 1), outputs(or_passes[-1]))

# %%
# XOR
# ---
# XOR requires a sum of at most 0 at (0, 0) and at (1, 1), and above 0 at (0, 1) and at (1, 0). Added up, the first two
# conditions give :math:`2 w_0 + w_1 + w_2 \le 0`, the last two :math:`2 w_0 + w_1 + w_2 > 0`. No weights satisfy both.
# The perceptron cannot detect this: from pass 12 on, it returns to the same weights after every pass.

xor_passes = passes_until_learned(XOR)
assert np.array_equal(xor_passes[12], xor_passes[13])
assert len(np.unique(learn_once(xor_passes[12], XOR), axis=0)) > 1

# %%
# XOR and its opposite are the only gates that fail. Of the sixteen gates with two inputs, a search over small weights
# finds the other fourteen.

grid = np.array(np.meshgrid(*[range(-3, 4)] * 3)).reshape(3, -1).T
gates = {tuple(outputs(weights)) for weights in grid}
assert len(gates) == 14
assert tuple(XOR) not in gates
assert tuple(1 - XOR) not in gates

fig, axes = plt.subplots(1, 3, figsize=(8.5, 3.2), layout="constrained")
draw_gate(axes[0], and_passes[-1], AND, "AND, pass 13")
draw_gate(axes[1], or_passes[-1], OR, "OR, pass 11")
draw_gate(axes[2], xor_passes[12], XOR, "XOR, from pass 12 on")

# %%
# Two lines are enough
# --------------------
# The report writes XOR as AND(NOT(AND), OR): a hidden layer of two perceptrons, and a third that takes their outputs.
# The weights can be written down without any learning. For NAND we take those that the report found by hand.

nand, gate_or = by_hand[-1], or_passes[-1]
hidden = np.column_stack([np.ones(4, int), outputs(nand), outputs(gate_or)])
composed = (hidden @ and_passes[-1] > 0).astype(int)
assert np.array_equal(composed, XOR)

# %%
# With sigmoids in place of steps, such a 2-2-1 network can be trained. The report does so in Keras, and prints the
# weights of its hidden layer, but not those of the output. They work like ours: the first unit is NOR, the second NAND,
# and "NAND but not NOR" is XOR. In the plane of the two hidden values, one line separates the classes.


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


x = points[:, 1:]
printed_weights = np.array([[-11.985328, -10.025693], [-12.497817, -10.069266]])
printed_biases = np.array([5.507648, 14.776232])
values = sigmoid(x @ printed_weights + printed_biases)
assert np.array_equal(values[:, 0] > 0.5, 1 - OR)
assert np.array_equal(values[:, 1] > 0.5, 1 - AND)
# One output unit that makes XOR of these: true if NAND − NOR is above a half.
assert np.array_equal(values[:, 1] - values[:, 0] > 0.5, XOR)

fig, (left, right) = plt.subplots(1, 2, figsize=(7.5, 3.4), layout="constrained")
side = np.linspace(-0.4, 1.4, 300)
for unit, style, name in [(0, "-", "unit 1, NOR"), (1, "--", "unit 2, NAND")]:
    slope, intercept = line((printed_biases[unit], *printed_weights[:, unit]))
    left.plot(side, slope * side + intercept, style, color=BLUE, label=name)
right.plot(side, side + 0.5, ":", color=GREY, label="NAND − NOR = 0.5")
for place, value, target in zip(x, values, XOR, strict=True):
    for ax, (a, b) in [(left, place), (right, value)]:
        ax.plot(a, b, "o" if target else "s", ms=10, mec=ORANGE, mew=2, mfc=ORANGE if target else "white")
left.set(title="Inputs, with the two printed lines", xlabel="$x_1$", ylabel="$x_2$")
right.set(title="Values of the hidden units", xlabel="unit 1", ylabel="unit 2")
for ax in (left, right):
    ax.set(xlim=(-0.4, 1.4), ylim=(-0.4, 1.6), xticks=[0, 1], yticks=[0, 1])
    ax.legend(loc="upper right" if ax is left else "lower right", fontsize=8)

# %%
# Our own weights
# ---------------
# We repeat the training from 100 random starts: Glorot uniform weights, zero biases, Adam with a learning rate of 0.2,
# cross-entropy, 5,000 epochs of all four samples. The first axis of each array is the start, so all of them learn at
# once. The next page derives the gradients.

rng = np.random.default_rng(0)
limit_1, limit_2 = np.sqrt(6 / (2 + 2)), np.sqrt(6 / (2 + 1))
parameters = [
    rng.uniform(-limit_1, limit_1, (100, 2, 2)),
    np.zeros((100, 1, 2)),
    rng.uniform(-limit_2, limit_2, (100, 2, 1)),
    np.zeros((100, 1, 1)),
]
means = [np.zeros_like(p) for p in parameters]
squares = [np.zeros_like(p) for p in parameters]
targets = XOR[:, None]
for epoch in range(1, 5001):
    w1, b1, w2, b2 = parameters
    hidden = sigmoid(x @ w1 + b1)
    output = sigmoid(hidden @ w2 + b2)
    at_output = (output - targets) / 4
    at_hidden = at_output @ w2.transpose(0, 2, 1) * hidden * (1 - hidden)
    gradients = [
        x.T @ at_hidden,
        at_hidden.sum(axis=1, keepdims=True),
        hidden.transpose(0, 2, 1) @ at_output,
        at_output.sum(axis=1, keepdims=True),
    ]
    for p, mean, square, gradient in zip(parameters, means, squares, gradients, strict=True):
        mean[...] += 0.1 * (gradient - mean)
        square[...] += 0.001 * (gradient**2 - square)
        p[...] -= 0.2 * mean / (1 - 0.9**epoch) / (np.sqrt(square / (1 - 0.999**epoch)) + 1e-7)

learned = (output.round() == targets).all(axis=(1, 2))
print(f"{learned.sum()} of 100 starts learn XOR")
print("weights of the first that does:", *(p[learned][0].round(1).tolist() for p in parameters))

# %%
# Rounded, the outputs of the report's network are 0, 1, 1, 0 (its order is (0, 0), (0, 1), (1, 0), (1, 1)), and so are
# those of the starts that succeed. Many others end in a local minimum, where one or two points stay wrong however long
# they learn, since two hidden units leave no redundancy. If your first attempt fails, draw other weights.

assert 0 < learned.sum() < 100
assert np.isin((output.round() != targets).sum(axis=(1, 2)), [0, 1, 2]).all()
assert output[learned][0].round().ravel().tolist() == [0, 0, 1, 1]

fig, ax = plt.subplots(figsize=(5.5, 3), layout="constrained")
wrong = (output.round() != targets).sum(axis=(1, 2))
bars = ax.bar(range(3), [(wrong == n).sum() for n in range(3)], color=[BLUE, GREY, GREY])
ax.bar_label(bars)
ax.set(title="2-2-1 on XOR, 100 random starts", xlabel="misclassified points", ylabel="starts", xticks=range(3))
ax.margins(y=0.12)
plt.show()
