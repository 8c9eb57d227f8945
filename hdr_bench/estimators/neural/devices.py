"""Device, number of threads and state of torch for a network's computations."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import torch
from joblib import effective_n_jobs

from hdr_bench.estimators.engines import ProcessWide
from hdr_bench.exceptions import shown

_LONGEST_REASON = 300  # characters of torch's message, which repeats the device's name, however long it is


def choose_device(device: str) -> str:
    """Return the device to use: the one named, or for ``"auto"`` CUDA if available, otherwise the CPU.

    Parameters
    ----------
    device : str

    Returns
    -------
    device : str

    Raises
    ------
    ValueError
        If torch does not know the device, or it is not available.
    """
    if device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    try:
        torch.empty(0, device=device)
    except (AssertionError, NotImplementedError, RuntimeError) as error:
        # torch repeats the whole name.
        reason = str(error).partition("\n")[0][:_LONGEST_REASON]
        raise ValueError(
            f"device={shown(device)} is not available ({reason}); use 'auto', 'cpu', or a device that torch finds"
        ) from error
    return device


def make_generator(seed: int, device: str) -> torch.Generator:
    """Return a seeded random number generator on a device.

    Parameters
    ----------
    seed : int
    device : str

    Returns
    -------
    generator : torch.Generator
    """
    return torch.Generator(device=device).manual_seed(seed)


@contextmanager
def torch_threads(n_jobs: int | None) -> Iterator[None]:
    """Let torch use `n_jobs` threads, counted as in joblib; None leaves the current setting.

    Parameters
    ----------
    n_jobs : int or None
    """
    if n_jobs is None:
        yield
        return
    with _THREADS.hold() as before:
        torch.set_num_threads(int(effective_n_jobs(int(n_jobs))))
        try:
            yield
        finally:
            torch.set_num_threads(before)


@contextmanager
def usual_state() -> Iterator[None]:
    """Suspend the caller's settings of torch in this thread: inference mode, no gradients, autocast, a device."""
    with ExitStack() as stack:
        stack.enter_context(torch.inference_mode(mode=False))
        stack.enter_context(torch.enable_grad())
        for kind in ("cpu", "cuda"):
            if torch.is_autocast_enabled(kind):
                stack.enter_context(torch.autocast(kind, enabled=False))
        if torch.get_default_device().type != "cpu":
            stack.enter_context(torch.device("cpu"))
        yield


@contextmanager
def deterministic_algorithms(device: str) -> Iterator[None]:
    """Make cuDNN choose deterministic algorithms if `device` is a GPU that it supports.

    Parameters
    ----------
    device : str
    """
    if not device.startswith("cuda"):
        yield
        return
    with _CUDNN.hold():
        yield


@contextmanager
def _number_of_threads() -> Iterator[int]:
    yield torch.get_num_threads()


# The number of torch's threads is stored per Python thread; new threads start with that of the process.
_THREADS = ProcessWide(_number_of_threads)
_CUDNN = ProcessWide(lambda: torch.backends.cudnn.flags(enabled=True, benchmark=False, deterministic=True))
