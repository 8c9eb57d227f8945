"""Where a network computes, with how many threads, and in which state of torch."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import torch
from joblib import effective_n_jobs

from hdr_bench.estimators.engines import ProcessWide
from hdr_bench.exceptions import shown

_LONGEST_REASON = 300  # characters of what torch says, in which the name of the device may be of any length


def choose_device(device: str) -> str:
    """Return the device to use: the one named, or for ``"auto"`` CUDA's where there is one, else the CPU.

    Parameters
    ----------
    device : str

    Returns
    -------
    device : str

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
        # torch repeats the whole name.
        reason = str(error).partition("\n")[0][:_LONGEST_REASON]
        raise ValueError(
            f"device={shown(device)} is not possible here ({reason}); take 'auto', 'cpu', or a device that torch finds"
        ) from error
    return device


def make_generator(seed: int, device: str) -> torch.Generator:
    """Return a seeded generator of random numbers on a device.

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
    """Let torch use `n_jobs` threads, as joblib counts them; None leaves what is set.

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
    """Suspend what the caller has set for torch in this thread: inference mode, no gradients, autocast, a device."""
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
    """Let cuDNN choose deterministic algorithms, if `device` is a GPU that it works on.

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


# Each thread of Python has its own number of torch's threads; the one that new threads start with is the process's.
_THREADS = ProcessWide(_number_of_threads)
_CUDNN = ProcessWide(lambda: torch.backends.cudnn.flags(enabled=True, benchmark=False, deterministic=True))
