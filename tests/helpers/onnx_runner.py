"""Files in ONNX's format, run by onnxruntime in its own process.

A process that has imported it hangs in C's `exit`, which others of the tests call in processes that they fork.
"""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context

import numpy as np


@contextmanager
def onnx_runner() -> Iterator:
    """Give a function of a file and of pixels that returns the names of the inputs, and the outputs by name."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        yield lambda path, pixels: pool.submit(_run, str(path), pixels).result()


def _run(path, pixels):
    import onnxruntime

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    inputs = [each.name for each in session.get_inputs()]
    values = session.run(None, {inputs[0]: pixels.astype(np.float32)})
    return inputs, dict(zip([each.name for each in session.get_outputs()], values, strict=True))
