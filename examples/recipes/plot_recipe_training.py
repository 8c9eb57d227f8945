"""
Monitoring training, and continuing it
======================================

A network records its loss and accuracy for each epoch. Training can stop when the network no longer improves, and can
be continued later.
"""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from hdr_bench import load_dataset
from hdr_bench.estimators import CNNClassifier

everything = load_dataset("mnist-5k")
digits = everything.subsample(1000)

# %%
# ``early_stopping`` holds out a tenth of the images, monitors the loss on them, and stops when it has not fallen for
# ``n_iter_no_change`` epochs. A constant learning rate replaces the one-cycle schedule, which requires the number of
# epochs to be known beforehand.

model = CNNClassifier(
    "8C5-MP2-16C5-MP2-64N-D0.3",
    schedule="constant",
    early_stopping=True,
    n_iter_no_change=3,
    max_epochs=60,
    random_state=0,
)
model.fit(digits.train.images, digits.train.y)
history = pd.DataFrame(model.history_)
print(history.round(3).to_string())
assert model.n_iter_ < 60

fig, axes = plt.subplots(1, 2, figsize=(8.5, 3.2), layout="constrained")
epochs = np.arange(1, len(history) + 1)
for ax, what in zip(axes, ["loss", "accuracy"], strict=True):
    ax.plot(epochs, history[f"train_{what}"], color="#0072B2", label="training images")
    ax.plot(epochs, history[f"validation_{what}"], "--", color="#D55E00", label="held out")
    ax.set(title=f"{what.capitalize()} by epoch", xlabel="epoch", ylabel=what)
axes[0].legend()

# %%
# ``partial_fit`` continues training with new images: one more pass through those that it is given. Images may be rows
# of pixels, or arrays of shape (n, height, width).

before = model.score(digits.test.images, digits.test.y)
model.partial_fit(everything.train.images[::2], everything.train.y[::2])
after = model.score(digits.test.images, digits.test.y)
print(f"accuracy {before:.1%}; after one pass through 2,000 images {after:.1%}")
plt.show()
