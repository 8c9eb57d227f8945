"""Token buckets, one per client: each request takes a token, and tokens are refilled over time."""

import math
from collections import OrderedDict
from collections.abc import Callable


class Buckets:
    """Buckets of clients; the least recently used ones are forgotten first.

    Parameters
    ----------
    per_minute : int
        Tokens refilled per minute, and the capacity of a bucket.
    clock : callable
        Function that returns the time in seconds.
    most_clients : int
        Largest number of clients that are remembered.
    """

    def __init__(self, per_minute: int, clock: Callable[[], float], most_clients: int = 10_000) -> None:
        self._capacity = per_minute
        self._clock = clock
        self._most_clients = most_clients
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._buckets)

    def take(self, client: str) -> int:
        """Take a token from a client's bucket.

        Parameters
        ----------
        client : str

        Returns
        -------
        seconds : int
            0 if a token was taken, otherwise the whole seconds until one is available.
        """
        now = self._clock()
        tokens, since = self._buckets.pop(client, (float(self._capacity), now))
        tokens = min(self._capacity, tokens + (now - since) * self._capacity / 60)
        has_one = tokens >= 1
        self._buckets[client] = (tokens - has_one, now)
        if len(self._buckets) > self._most_clients:
            self._buckets.popitem(last=False)
        return 0 if has_one else max(1, math.ceil((1 - tokens) * 60 / self._capacity))
