"""Where a network computes, with how many threads, and with which random numbers."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from joblib import effective_n_jobs


def choose_device(device: str) -> str:
    """Return the device to use: the one named, or for ``"auto"`` CUDA's where there is one, else the CPU.

    Raises
    ------
    ValueError
        If torch knows no such device, or it is not there.
    """
    if device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    try:
        torch.empty(0, device=device)
    except (AssertionError, NotImplementedError, RuntimeError) as error:
        reason = str(error).partition("\n")[0]
        raise ValueError(
            f"device={device!r} is not possible here ({reason}); take 'auto', 'cpu', or a device that torch finds"
        ) from error
    return device


@contextmanager
def torch_threads(n_jobs: int | None) -> Iterator[None]:
    """Let torch use `n_jobs` threads, as joblib counts them; None leaves what is set."""
    if n_jobs is None:
        yield
        return
    before = torch.get_num_threads()
    torch.set_num_threads(effective_n_jobs(n_jobs))
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextmanager
def own_random_numbers(seed: int, device: str) -> Iterator[None]:
    """Seed torch for what happens inside, cuDNN's algorithms deterministic; leave the generators as found."""
    devices = [torch.device(device)] if device.startswith("cuda") else []
    with (
        torch.random.fork_rng(devices=devices),
        torch.backends.cudnn.flags(enabled=True, benchmark=False, deterministic=True),
    ):
        # Not torch.manual_seed, which seeds every device of the machine.
        torch.default_generator.manual_seed(seed)
        for used in devices:
            with torch.cuda.device(used):
                torch.cuda.manual_seed(seed)
        yield
