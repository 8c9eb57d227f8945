"""How long it takes to corrupt 10,000 images of MNIST, by corruption, and the fifteen of MNIST-C together.

Each is at the severity of MNIST-C's files, the others at step 3; each once, in this process. Run it with
``python benchmarks/speed/corruptions.py [IMAGES]``.
"""

import sys
import time
from collections.abc import Callable

from digits import raw_digits

_SIDE = 28


def measure(call: Callable[[], object]) -> tuple[float, float]:
    """Return the seconds of a call, by the clock and of the processor."""
    begin, used = time.perf_counter(), time.process_time()
    call()
    return time.perf_counter() - begin, time.process_time() - used


def main() -> None:
    """Print a line for each corruption, and one for all of MNIST-C."""
    from hdr_bench.robustness import CORRUPTIONS, corrupt

    n = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    images = raw_digits()[2][:n].reshape(-1, _SIDE, _SIDE)
    # The first one loads scipy.
    corrupt(images[:1], "glass_blur")
    wall_of_all = used_by_all = 0.0
    for name, entry in CORRUPTIONS.items():
        severity = "mnist-c" if entry.mnist_c else 3
        wall, used = measure(lambda name=name, severity=severity: corrupt(images, name, severity))
        print(f"{name:<16} {wall:6.2f} s, {used:6.2f} s of the processor", flush=True)
        if entry.mnist_c:
            wall_of_all, used_by_all = wall_of_all + wall, used_by_all + used
    print(
        f"{'MNIST-C, all 15':<16} {wall_of_all:6.2f} s, {used_by_all:6.2f} s of the processor, {len(images):,} images"
    )


if __name__ == "__main__":
    main()
