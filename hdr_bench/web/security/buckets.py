"""Token buckets, one per client: each request takes a token, and tokens come back with time."""

import math
from collections import OrderedDict
from collections.abc import Callable


class Buckets:
    """Buckets of clients; those who have not asked for the longest are forgotten first.

    Parameters
    ----------
    per_minute : int
        Tokens that come back in a minute, and that a bucket holds at most.
    clock : callable
        Seconds.
    most_clients : int
        More are not remembered.
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
            0 if there was one, otherwise after how many whole seconds there will be.
        """
        now = self._clock()
        tokens, since = self._buckets.pop(client, (float(self._capacity), now))
        tokens = min(self._capacity, tokens + (now - since) * self._capacity / 60)
        has_one = tokens >= 1
        self._buckets[client] = (tokens - has_one, now)
        if len(self._buckets) > self._most_clients:
            self._buckets.popitem(last=False)
        return 0 if has_one else max(1, math.ceil((1 - tokens) * 60 / self._capacity))
