"""The memory and the clock of a GPU that torch works on; nothing where it works on none."""

import sys
from typing import Any


def synchronise_gpu() -> None:
    """Wait until the GPU has done what it was given; its calls return before."""
    if cuda := _cuda():
        cuda.synchronize()


def reset_gpu_peak() -> None:
    """Begin to count torch's highest memory on the GPU anew."""
    if cuda := _cuda():
        cuda.reset_peak_memory_stats()


def gpu_peak_bytes() -> int | None:
    """Return torch's highest memory on the GPU since `reset_gpu_peak`; None where no GPU is in use."""
    cuda = _cuda()
    return None if cuda is None else int(cuda.max_memory_allocated())


def _cuda() -> Any:
    """Return `torch.cuda` where this process has begun to use it; asking must not be what begins."""
    torch = sys.modules.get("torch")
    return torch.cuda if torch is not None and torch.cuda.is_initialized() else None
