"""
What a network learns
=====================

A convolutional network is often called a black box, but every number in it can be inspected. This page opens a small
one: its filters, their response to one digit, and three kinds of maps that show which pixels a prediction depends on.
Such maps can mislead, so the page ends with a test of the maps themselves.

The network is that of K. Sougrati, A. Lamfadli and H. Ait Bourhim ("Handwritten Digits Recognizer", project report,
n.d.): two convolutions of 8 and 16 filters of 5x5 pixels, each followed by pooling, then 128 units. Here it learns from
4,000 images instead of 60,000.
"""

from copy import deepcopy

import matplotlib.pyplot as plt
import numpy as np
import torch
from scipy.signal import correlate2d
from scipy.stats import spearmanr

from hdr_bench import load_dataset
from hdr_bench.estimators import CNNClassifier

BLUE, VERMILION, GREEN, GRAY = "#0072B2", "#D55E00", "#009E73", "#777777"

digits = load_dataset("mnist-5k")
model = CNNClassifier("8C5-MP2-16C5-MP2-128N-D0.2", max_epochs=5, random_state=0)
model.fit(digits.train.X, digits.train.y)
print(f"Test accuracy {model.score(digits.test.X, digits.test.y):.1%}, {model.n_parameters_:,} parameters")

network = model.net_.module_.eval()
print(network)

# %%
# The library applies ReLU after the pooling, where fewer pixels are left. Since the largest of four numbers remains the
# largest after ReLU, the result is the same as in the usual order.
#
# Filters
# -------
# A filter of the first layer is itself a small picture. It responds most strongly where the image looks like it: light
# where the filter is orange, dark where it is purple.

filters = network[0].weight.detach().numpy()[:, 0]
largest = np.abs(filters).max()

fig, axes = plt.subplots(1, 8, figsize=(9, 1.7), layout="constrained")
for number, (ax, weights) in enumerate(zip(axes, filters, strict=True), start=1):
    drawn = ax.imshow(weights, cmap="PuOr_r", vmin=-largest, vmax=largest)
    ax.set_title(f"filter {number}", fontsize=10)
    ax.set_axis_off()
fig.colorbar(drawn, ax=axes, label="weight")
plt.show()

# %%
# F. Lazović ("Recognition of Handwritten Digits using Neural Networks", 2020) writes that filters can be lines, edges,
# circles, even parts of animals. The 5x5 filters of a first layer have room for edges and ends of strokes, and this is
# what we find.
#
# A. Aboueloula, N. Benserhier and A. Zrira ("Recognizing Digits using Neural Networks", 2020) choose 3x3 pixels, and
# assume that a filter of another size has no centre pixel to interpolate to. Every odd size has one. The same paragraph
# gives a better reason: two 3x3 filters in a row cover the same area as a 5x5 filter, with fewer weights.

assert 3 + (3 - 1) == 5
assert 2 * 3**2 < 5**2

# %%
# Feature maps
# ------------
# A filter slides over the image; at each position its weights are multiplied by the pixels beneath, and the products
# are summed. The sums form the feature map. By hand, for the first filter and one digit:

image = digits.test.images[610] / 255
by_hand = correlate2d(image, filters[0], mode="valid") + network[0].bias.detach().numpy()[0]
pixels = torch.tensor(image, dtype=torch.float32)[None, None]
with torch.no_grad():
    maps = network[0](pixels)
    second_maps = network[:4](pixels)
print("One digit:", tuple(image.shape), "after the first layer:", tuple(maps.shape[1:]))
assert np.allclose(by_hand, maps[0, 0].numpy(), atol=1e-5)

# %%
# Aboueloula and others print the shape of this layer in the summary of their first network: (None, 24, 24, 32), which
# has 32 filters of the same size. They also say that a feature map "contains the highest number that the feature
# detector could detect". It contains a number for each of the 24x24 positions; it is the pooling that then keeps the
# highest of a few.

assert maps.shape[2:] == (24, 24)

fig, axes = plt.subplots(3, 8, figsize=(9, 4), layout="constrained")
for number, (ax, feature_map) in enumerate(zip(axes[0], maps[0].relu().numpy(), strict=True), start=1):
    ax.imshow(feature_map, cmap="gray_r", vmin=0)
    ax.set_title(f"filter {number}", fontsize=10)
for number, (ax, feature_map) in enumerate(zip(axes[1:].flat, second_maps[0].relu().numpy(), strict=True), start=1):
    ax.imshow(feature_map, cmap="gray_r", vmin=0)
    ax.set_title(f"map {number}", fontsize=10)
for ax in axes.flat:
    ax.set_axis_off()
fig.suptitle("A digit after the first layer (24x24 positions, above) and after the second (8x8, below)", fontsize=10)
plt.show()

# %%
# The weights of a filter in the second layer, which multiply eight maps, do not show what it detects. But we can search
# all test images for the patches to which it responds most strongly. A position in the second layer depends on 14x14
# pixels.

test = torch.tensor(digits.test.images / 255, dtype=torch.float32)[:, None]
with torch.no_grad():
    responses = network[:4](test)
n_maps, side = responses.shape[1], responses.shape[3]

fig, axes = plt.subplots(6, 8, figsize=(7, 5.4), layout="constrained")
for number, column in enumerate(axes.T):
    strongest, places = responses[:, number].flatten(1).max(dim=1)  # at most one patch per image
    for ax, index in zip(column, strongest.argsort(descending=True), strict=False):
        row, start = divmod(int(places[index]), side)
        patch = digits.test.images[index, 2 * row : 2 * row + 14, 2 * start : 2 * start + 14]
        ax.imshow(patch, cmap="gray_r", vmin=0, vmax=255)
        ax.set_axis_off()
    column[0].set_title(f"map {number + 1}", fontsize=10)
plt.show()

# %%
# The patches in one column are alike: curves, corners, strokes with the same slant. These are parts that several digits
# share.
#
# Which pixels matter
# -------------------
# Three common maps show what a prediction depends on:
#
# - **Gradient** (Simonyan, Vedaldi and Zisserman 2013): how much the score of the answer changes with each pixel.
# - **Gradient times pixel**: the same, multiplied by the pixel, so that the background drops out.
# - **Occlusion** (Zeiler and Fergus 2014): how much the score falls if a square of 4x4 pixels is erased.
#
# The package captum has all three, and many more. In plain torch they take a few lines each:


def gradient(network, images, answers):
    """Return the derivative of each answer's score with respect to each pixel."""
    images = images.clone().requires_grad_()
    network(images).gather(1, answers[:, None]).sum().backward()
    return images.grad


def gradient_times_pixel(network, images, answers):
    """Return the gradient, multiplied by the pixels."""
    return gradient(network, images, answers) * images


def occlusion(network, images, answers, size=4, step=2):
    """Return how much each answer's score falls if a pixel is erased, as the mean over the squares that cover it."""
    falls, counts = torch.zeros_like(images), torch.zeros_like(images)
    with torch.no_grad():
        scores = network(images).gather(1, answers[:, None])
        for row in range(0, 28 - size + 1, step):
            for column in range(0, 28 - size + 1, step):
                square = (..., slice(row, row + size), slice(column, column + size))
                erased = images.clone()
                erased[square] = 0
                falls[square] += (scores - network(erased).gather(1, answers[:, None]))[..., None, None]
                counts[square] += 1
    return falls / counts


# %%
# Is the derivative right? Brightening one pixel by a thousandth should change the score by a thousandth of the
# derivative.

with torch.no_grad():
    answers = network(test).argmax(dim=1)
    brighter = test[610:611].clone().double()
    brighter[0, 0, 14, 14] += 0.001
    exact = deepcopy(network).double()
    change = (exact(brighter) - exact(test[610:611].double()))[0, answers[610]] / 0.001
expected = gradient(network, test[610:611], answers[610:611])[0, 0, 14, 14]
print(f"Derivative at the middle: {expected:.4f}, by difference: {change:.4f}")
assert abs(change - expected) < 0.01

# %%

METHODS = {"gradient": gradient, "gradient x pixel": gradient_times_pixel, "occlusion": occlusion}
chosen = [310, 410, 610, 810]

fig, axes = plt.subplots(4, 4, figsize=(7, 7), layout="constrained")
for row, index in zip(axes, chosen, strict=True):
    row[0].imshow(digits.test.images[index], cmap="gray_r")
    row[0].set_title(f"answer: {answers[index]}", fontsize=10)
    for ax, (name, method) in zip(row[1:], METHODS.items(), strict=True):
        pixel_map = method(network, test[index : index + 1], answers[index : index + 1])[0, 0].numpy()
        largest = np.abs(pixel_map).max()
        ax.imshow(pixel_map, cmap="PuOr_r", vmin=-largest, vmax=largest)
        ax.contour(digits.test.images[index], levels=[128], colors="gray", linewidths=0.7)
        ax.set_title(name, fontsize=10)
for ax in axes.flat:
    ax.set_axis_off()
plt.show()

# %%
# Orange pixels support the answer, purple ones count against it. The grey line is the digit's outline. Occlusion is the
# easiest to interpret: it highlights parts of the stroke, and its effect can be checked with an eraser.
#
# Noise made from the gradient
# ----------------------------
# Lazović adds noise to digits by hand until his network errs, and notes that the noise can also be made by
# backpropagation. The gradient shows how: move every pixel by the same small step in the direction that lowers the
# score of the true class (Goodfellow, Shlens and Szegedy, "Explaining and Harnessing Adversarial Examples", 2015).

truth = torch.tensor(digits.test.y)
direction = -gradient(network, test, truth).sign()
random_signs = torch.tensor(np.random.default_rng(0).choice([-1.0, 1.0], test.shape), dtype=torch.float32)
steps = np.array([0, 0.05, 0.1, 0.15, 0.2, 0.3])


def noisy(signs, step):
    """Return the test images with each pixel moved by the step, between black and white."""
    return (test + step * signs).clamp(0, 1)


def accuracy(images):
    """Return the share of test images that the network gets right."""
    with torch.no_grad():
        return float((network(images).argmax(dim=1) == truth).double().mean())


by_chance = [accuracy(noisy(random_signs, float(step))) for step in steps]
by_gradient = [accuracy(noisy(direction, float(step))) for step in steps]

fig, (left, middle, right) = plt.subplots(1, 3, figsize=(9, 2.9), width_ratios=(2, 1, 1), layout="constrained")
left.plot(steps, 100 * np.array(by_chance), color=BLUE, marker="o")
left.plot(steps, 100 * np.array(by_gradient), color=VERMILION, marker="s")
left.annotate("random signs", (0.19, 86), color=BLUE)
left.annotate("signs of the gradient", (0.165, 62), color=VERMILION)
left.set(xlabel="Change of each pixel (1: from black to white)", ylabel="Test accuracy (%)", ylim=(0, 103))
for ax, signs, title in ((middle, random_signs, "random signs"), (right, direction, "gradient's signs")):
    changed = noisy(signs, 0.15)[610:611]
    ax.imshow(changed[0, 0].numpy(), cmap="gray_r", vmin=0, vmax=1)
    with torch.no_grad():
        ax.set_title(f"{title}: reads {int(network(changed).argmax())}", fontsize=10)
    ax.set_axis_off()
plt.show()

# %%
# The same amount of noise is nearly harmless if its signs are random, and very harmful if they follow the gradient. So
# it is not noise as such that misleads the network.

print("change of each pixel:", steps)
print("random signs:        ", by_chance)
print("signs of gradient:   ", by_gradient)
assert by_chance[4] > by_chance[0] - 0.05
assert by_gradient[4] < by_chance[4] - 0.3

# %%
# Do the maps depend on the network?
# ----------------------------------
# A map that looks sensible may still say nothing about the network: an edge filter draws the outline of the digit too.
# Adebayo and others ("Sanity Checks for Saliency Maps", 2018) propose a test: replace the learned weights with random
# ones, layer by layer from the top. If the map hardly changes, it does not show what the network learned.

torch.manual_seed(0)
randomized, stages = deepcopy(network), [("trained", network)]
for place, name in ((10, "output"), (7, "dense"), (3, "conv. 2"), (0, "conv. 1")):
    randomized[place].reset_parameters()
    stages.append((name, deepcopy(randomized)))

some = torch.arange(5, 1000, 25)  # four of each digit
images, labels = test[some], answers[some]
maps = {name: [method(stage, images, labels) for _, stage in stages] for name, method in METHODS.items()}
edges = torch.tensor(np.hypot(*np.gradient(images[:, 0].numpy(), axis=(1, 2))))[:, None]
maps["edge filter"] = [edges] * len(stages)

fig, axes = plt.subplots(4, 6, figsize=(9, 6), layout="constrained")
for row, (name, by_stage) in zip(axes, maps.items(), strict=True):
    row[0].imshow(images[13, 0].numpy(), cmap="gray_r")
    row[0].set_title(name, fontsize=10, fontweight="bold")
    for ax, (stage, _), values in zip(row[1:], stages, by_stage, strict=True):
        ax.imshow(values[13, 0].abs().numpy(), cmap="gray_r", vmin=0)
        ax.set_title(stage if stage == "trained" else f"... and {stage}", fontsize=10)
for ax in axes.flat:
    ax.set_axis_off()
fig.suptitle("Maps, without their sign, as more and more layers become random", fontsize=10)
plt.show()

# %%
# This is hard to judge by eye, so we compute the rank correlation of each map with that of the trained network, as a
# mean over 40 test images, with and without the sign.


def likeness(first, second):
    """Return the mean over the images of the rank correlation between two sets of maps."""
    pairs = zip(first.flatten(1).numpy(), second.flatten(1).numpy(), strict=True)
    return np.mean([spearmanr(one, other).statistic for one, other in pairs])


signed = {name: [likeness(by_stage[0], values) for values in by_stage] for name, by_stage in maps.items()}
unsigned = {name: [likeness(by_stage[0].abs(), values.abs()) for values in by_stage] for name, by_stage in maps.items()}

fig, axes = plt.subplots(1, 2, figsize=(9, 3.8), sharey=True, layout="constrained")
for ax, curves, title in zip(axes, (unsigned, signed), ("without the sign", "with the sign"), strict=True):
    for (name, curve), color, marker in zip(curves.items(), (BLUE, VERMILION, GREEN, GRAY), "os^D", strict=True):
        ax.plot(curve, color=color, marker=marker, label=name)
    ax.set_xticks(range(5), ["none", "output", "+ dense", "+ conv. 2", "+ conv. 1"])
    ax.set(xlabel="Layers with random weights", title=f"Maps {title}", ylim=(-0.3, 1.08))
axes[0].set_ylabel("Rank correlation with the trained map")
axes[0].legend(loc="lower left", fontsize=9)
plt.show()

for name in maps:
    print(f"{name:17} without sign:", " ".join(f"{value:5.2f}" for value in unsigned[name]))
    print(f"{name:17} with sign:   ", " ".join(f"{value:5.2f}" for value in signed[name]))

# %%
# With their signs, all three maps pass: a random output layer alone removes nearly all similarity to the trained map.
# The edge filter does not depend on the network, and cannot pass.
#
# Without signs, the maps of a network that has learned nothing still resemble those of the trained one. For gradient
# times pixel the resemblance is almost perfect: this map mostly shows the digit. A map that follows the strokes is
# therefore no evidence that the network uses the strokes.

for name in METHODS:
    assert abs(signed[name][-1]) < 0.2
assert unsigned["gradient x pixel"][-1] > 0.9
assert signed["edge filter"][-1] > 0.999
