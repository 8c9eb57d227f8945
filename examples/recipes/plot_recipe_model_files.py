"""
Saving a model, and reading a picture with it
=============================================

A fitted model is saved as a file of arrays and parameters. Loading it runs no code, even if the file is untrusted. A
loaded model can read pictures, as the embedded network does.
"""

import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from hdr_bench import load_card, load_dataset, load_model, read_picture, save_model
from hdr_bench.estimators import PolynomialClassifier

digits = load_dataset("mnist-5k")

# %%
# Save the model, load it, and read its card.

scratch = tempfile.TemporaryDirectory()
path = Path(scratch.name) / "polynomial.hdrm"
save_model(PolynomialClassifier().fit(digits.train.X, digits.train.y), path)
model, card = load_model(path), load_card(path)
print(f"{card.method}, {path.stat().st_size / 1e6:.1f} MB, accuracy {model.score(digits.test.X, digits.test.y):.1%}")

# %%
# The picture consists of twelve test images in two lines, dark on light, like ink on paper. For your own pictures, pass
# a path.

chosen = digits.test.images[20::83]
lines = [np.hstack(chosen[:6]), np.hstack(chosen[6:12])]
page = np.pad(
    255 - np.vstack([lines[0], np.zeros((24, lines[0].shape[1]), np.uint8), lines[1]]), 40, constant_values=255
)
true = "".join(map(str, digits.test.y[20::83][:12]))

# %%
# Without ``model``, the embedded network is used. The polynomial, fitted on 4,000 clean images, reads less well.

readings = {"embedded network": read_picture(page), "polynomial": read_picture(page, model=path)}
for name, reading in readings.items():
    print(f"{name}: {reading.lines}")

fig, axes = plt.subplots(1, 2, figsize=(9, 3), layout="constrained")
for ax, (name, reading) in zip(axes, readings.items(), strict=True):
    ax.imshow(page, cmap="gray")
    for digit in reading.digits:
        column, row, width, height = digit.box
        ax.add_patch(plt.Rectangle((column, row), width, height, fill=False, ec="#0072B2"))
        answer = "?" if digit.digit is None else digit.digit  # None: the mark was rejected
        ax.text(column, row - 2, answer, color="#D55E00", va="bottom")
    ax.set_title(name)
    ax.set_axis_off()
assert "".join(readings["embedded network"].lines) == true
scratch.cleanup()
plt.show()
