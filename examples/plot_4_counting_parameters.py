"""
How parameters are counted
==========================

F. Lazović's thesis *Recognition of Handwritten Digits using Neural Networks* (2020) states that its network has 3,242
parameters. Counted layer by layer, it has 42,154. Both numbers can be fully explained, which is a good exercise in the
structure of a network. The counts in two other reports serve as a check.
"""

# %%
# Three rules
# -----------
# * A convolution has a weight for each pixel of a filter **in each input channel**, and one bias per filter.
# * A fully connected layer has a weight **for each pair** of input and unit, and one bias per unit.
# * Pooling, activations, flattening and dropout have none.

import matplotlib.pyplot as plt
import numpy as np

from hdr_bench import load_dataset
from hdr_bench.estimators import CNNClassifier
from hdr_bench.estimators.neural.notation import layer_table, parse_layers

BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#777777"


def convolution(filters, kernel, channels):
    return filters * (channels * kernel**2 + 1)


def dense(units, inputs):
    return units * (inputs + 1)


# %%
# The thesis's network
# --------------------
# It has 32 filters of 5x5, pooling, another 32 filters of 5x5, pooling, and ten output units. The maps after the second
# pooling are 7x7, so the last layer has 32 times 49, or 1,568, inputs.

counted = {
    "32 filters of 5x5": convolution(32, 5, channels=1),
    "32 filters of 5x5 on 32 maps": convolution(32, 5, channels=32),
    "10 units on 1,568 inputs": dense(10, 7 * 7 * 32),
}
print(counted, "in all", sum(counted.values()))
assert list(counted.values()) == [832, 25_632, 15_690]
assert sum(counted.values()) == 42_154

# %%
# Where does 3,242 come from? The thesis does not say, but one calculation fits exactly. The second convolution is
# counted like the first, as if it had one input channel; in fact it has all 32 maps as input. And for the last layer,
# inputs and units are added, 1,568 + 10, where they should be multiplied.

guessed = {
    "32 filters of 5x5": convolution(32, 5, channels=1),
    "32 filters of 5x5 on 32 maps": convolution(32, 5, channels=1),
    "10 units on 1,568 inputs": 1568 + 10,
}
assert sum(guessed.values()) == 3242

fig, ax = plt.subplots(figsize=(8, 2.8), layout="constrained")
places = np.arange(3)
for shift, counts, color, name in [(-0.2, counted, BLUE, "counted"), (0.2, guessed, ORANGE, "explains 3,242")]:
    bars = ax.barh(places + shift, counts.values(), height=0.36, color=color, label=f"{name}")
    ax.bar_label(bars, labels=[f"{n:,}" for n in counts.values()], padding=3)
ax.set(title="Parameters, layer by layer", xlabel="parameters", yticks=places, yticklabels=counted)
ax.invert_yaxis()
ax.margins(x=0.12)
ax.legend()

# %%
# The conclusion that the thesis draws does not depend on its count: by its own figures, AlexNet, with 60 million
# parameters, is less accurate on MNIST than this network of 42,154, which is 1,400 times smaller.

assert round(60e6 / 42_154, -2) == 1400

# %%
# Let the library count
# ---------------------
# In this library a network is described by a line of text, from which a table of its layers and parameters can be made.
# On the command line, ``hdr-bench show "32C5p2-MP2-32C5p2-MP2"`` prints it.


def table(layers, image_shape=(1, 28, 28), n_classes=10):
    return layer_table(parse_layers(layers, n_classes), image_shape)


def count(layers, **what):
    return sum(row.parameters for row in table(layers, **what))


lazovic = "32C5p2-MP2-32C5p2-MP2"
for row in table(lazovic):
    print(f"{row.token:8}{row.layer:14}{'x'.join(map(str, row.output_shape)):10}{row.parameters:8,}")
assert count(lazovic) == 42_154

# %%
# A network that was actually built has the same number of trainable parameters.

digits = load_dataset("mnist-5k").subsample(200)
model = CNNClassifier(lazovic, max_epochs=1, random_state=0).fit(digits.train.X, digits.train.y)
assert model.n_parameters_ == 42_154

# %%
# Counts that are right
# ---------------------
# A. Aboueloula, N. Benserhier and A. Zrira (*Recognizing Digits using Neural Networks*, 2020) and K. Burke and N.
# Devery (*A Neural Network to Process and Recognize Handwriting Using The NIST Dataset*, 2019) print Keras's summaries,
# layer by layer. The rules give the same counts, without exception.

printed = {
    "32C5-AP2-20N": [832, 92_180, 210],
    "784N-455N-250N-170N-120N-50N-D0.5": [615_440, 357_175, 114_000, 42_670, 20_520, 6_050, 510],
    "28C3-linear-MP2-128N-D0.5": [280, 605_824, 1_290],
}
for layers, per_layer in printed.items():
    assert [row.parameters for row in table(layers) if row.parameters] == per_layer
    print(f"{layers:35}{sum(per_layer):10,}")
assert [sum(per_layer) for per_layer in printed.values()] == [93_222, 1_156_365, 607_394]

# %%
# Batch normalisation has four numbers per channel: a factor and a shift, which are trained, and a running mean and
# variance, which are only recorded. Keras counts all four, and calls half of them non-trainable. Hence the 499,378
# parameters of the final network of Aboueloula and colleagues, 492,446 of them trainable.

final = table("64C3-lrelu0.08-MP2-D0.2-128C3-lrelu0.08-MP2-D0.2-F-BN-128N-linear-BN-relu-D0.2-BN-OUT-BN")
per_layer = [row.parameters + row.buffers for row in final if row.parameters]
assert per_layer == [640, 73_856, 12_800, 409_728, 512, 512, 1_290, 40]
trainable, recorded = sum(row.parameters for row in final), sum(row.buffers for row in final)
assert (trainable + recorded, trainable, recorded) == (499_378, 492_446, 6_932)

# %%
# Does pooling reduce the number of parameters, as is often said? It has none of its own, but it reduces those of the
# next fully connected layer. Without pooling, the 20 units of Aboueloula's first network would need four times as many.

without = [row.parameters for row in table("32C5-20N") if row.parameters]
assert without[1] == 368_660
assert dense(20, 24 * 24 * 32) == 368_660
assert dense(20, 12 * 12 * 32) == 92_180

# %%
# Round figures
# -------------
# For LeNet, AlexNet and VGG the thesis gives round figures: 60,000, 60 million, 138 million. They agree with the
# original networks, the last two for colour images and 1,000 classes. (In the thesis's table of AlexNet, the column of
# filter sizes is shifted up by one row: each size belongs to the layer below.)

lenet = count("6C5p2-MP2-16C5-MP2-120C5-84N")
alexnet = count(
    "96C11s4-MP3s2-256C5p2-MP3s2-384C3p1-384C3p1-256C3p1-MP3s2-4096N-4096N",
    image_shape=(3, 227, 227),
    n_classes=1000,
)
vgg = count(
    "2x64C3p1-MP2-2x128C3p1-MP2-3x256C3p1-MP2-3x512C3p1-MP2-3x512C3p1-MP2-4096N-4096N",
    image_shape=(3, 224, 224),
    n_classes=1000,
)
print(f"LeNet {lenet:,}, AlexNet {alexnet:,}, VGG {vgg:,}")
assert (lenet, alexnet, vgg) == (61_706, 62_378_344, 138_357_544)

# %%
# The thesis's table of VGG has two layers of 256 filters where VGG-16 has three. The difference is 590,080 parameters;
# 138 million is right for both.

assert convolution(256, 3, channels=256) == 590_080
assert round(vgg / 1e6) == round((vgg - 590_080) / 1e6) == 138

# %%
# Parameters are not work
# -----------------------
# A weight of a fully connected layer is used once per image; a weight of a filter once for each pixel of its map. So a
# convolutional network with few parameters can be slower than a dense one with many. A. Bodin and V. Bernard (*Report
# on digit recognition*, no year) report 3 to 5 s per epoch for their dense network, and 44 to 69 s for a convolutional
# one with about a fifth of the parameters but six times the multiplications.

networks = {
    "Sougrati, CNN": "8C5-MP2-16C5-MP2-128N-D0.2",
    "Aboueloula, dense": "397N-397N",
    "Aboueloula, CNN": "32C5-AP2-20N",
    "Lazović, CNN": lazovic,
    "Bodin, dense": "512N-64N-32N-16N",
    "Bodin, CNN": "32C3-MP2-64C3-MP2-64C3-64N",
    "Burke, dense": "784N-455N-250N-170N-120N-50N",
    "Burke, CNN": "28C3-linear-MP2-128N",
}
parameters = {name: count(layers) for name, layers in networks.items()}
products = {name: sum(row.multiply_accumulates for row in table(layers)) for name, layers in networks.items()}
for name in networks:
    print(f"{name:24}{parameters[name]:>10,} parameters{products[name]:>12,} multiply-accumulates")

assert round(parameters["Bodin, dense"] / parameters["Bodin, CNN"], 1) == 4.7
assert round(products["Bodin, CNN"] / products["Bodin, dense"], 1) == 6.4

fig, ax = plt.subplots(figsize=(8, 4.2), layout="constrained")
ax.plot([3e4, 2e6], [3e4, 2e6], ":", color=GREY)
ax.annotate(
    "one multiplication per parameter", (1e5, 1e5), (10, -8), textcoords="offset points", color=GREY, fontsize=9
)
on_the_left = ["Bodin, dense", "Burke, CNN"]  # so that no label covers another point
for name, n in parameters.items():
    color, marker = (ORANGE, "s") if name.endswith("dense") else (BLUE, "o")
    ax.plot(n, products[name], marker, color=color, ms=7)
    offset, side = ((-8, 3), "right") if name in on_the_left else ((8, -9), "left")
    ax.annotate(name, (n, products[name]), offset, textcoords="offset points", ha=side, fontsize=9)
ax.set(
    title="Circles: convolutional networks. Squares: dense networks",
    xlabel="parameters",
    ylabel="multiply-accumulates per image",
    xscale="log",
    yscale="log",
    xlim=(2.5e4, 4e6),
    ylim=(2.5e4, 1e7),
)

# %%
# Even the number of multiplications does not determine the time. Burke and Devery write that their convolutional
# network, having fewer parameters, trains faster. It has fewer parameters and fewer multiplications, but their listings
# show 57 to 62 s per epoch, against 32 to 55 s for the dense one: its 28 maps of 26x26 values have to be computed,
# stored and used again in the backward pass. If time matters, measure it, as the reports of this library do.

assert parameters["Burke, CNN"] < parameters["Burke, dense"]
assert products["Burke, CNN"] < products["Burke, dense"]
plt.show()
