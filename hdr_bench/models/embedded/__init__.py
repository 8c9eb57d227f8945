"""The model that comes with the library: a network that has learned from all of MNIST's training images.

`make embedded-model` trains it again, by the recipe in ``benchmarks/embedded/``, and compares.
"""

from pathlib import Path

EMBEDDED_MODEL = Path(__file__).parent / "mnist-cnn.hdrm"
"""Its file."""

HASH_FILE = EMBEDDED_MODEL.with_suffix(".hdrm.sha256")
"""SHA-256 of the file, as sha256sum writes it."""
