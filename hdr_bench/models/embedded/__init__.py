"""Embedded model of the library: a network trained on all of MNIST's training images.

`make embedded-model` trains it again with the recipe in ``benchmarks/embedded/`` and compares the two.
"""

from pathlib import Path

EMBEDDED_MODEL = Path(__file__).parent / "mnist-cnn.hdrm"
"""Path of its file."""

HASH_FILE = EMBEDDED_MODEL.with_suffix(".hdrm.sha256")
"""SHA-256 of the file, as written by sha256sum."""
