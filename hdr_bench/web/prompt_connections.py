"""Connections that nobody uses: silent ones would take the places of those who ask something."""

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

# The head of a request is small; browsers open connections in advance, and open others when these are closed.
_SECONDS = 30.0


class PromptConnection(H11Protocol):
    """Connection that is closed if no request begins in time, whatever is sent bit by bit.

    uvicorn's own limit starts after the first answer, and ends with the first byte of what follows.

    Attributes
    ----------
    seconds : float
        How long after the connection was opened, or an answer given, the head of a request may take.
    """

    seconds = _SECONDS
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the time for the first request.

        Parameters
        ----------
        transport : asyncio.Transport
        """
        super().connection_made(transport)
        self._wait(None)

    def on_response_complete(self) -> None:
        """Start the time for the next request."""
        self._wait(self.cycle)
        super().on_response_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting.

        Parameters
        ----------
        exc : Exception or None
            Why the connection ended, if it was not closed.
        """
        if self._timer is not None:
            self._timer.cancel()
        super().connection_lost(exc)

    def _wait(self, last: RequestResponseCycle | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self.loop.call_later(self.seconds, self._close_if_silent, last)

    def _close_if_silent(self, last: RequestResponseCycle | None) -> None:
        if self.cycle is last:
            self.transport.close()
