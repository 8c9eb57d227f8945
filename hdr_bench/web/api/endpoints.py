"""Endpoints of the API: their requests and replies, from which the routes and the OpenAPI description are built."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


@dataclass(frozen=True)
class Parameter:
    """Query parameter.

    Attributes
    ----------
    name : str
    about : str
    schema : dict
        JSON schema of its values.
    """

    name: str
    about: str
    schema: dict[str, object]


@dataclass(frozen=True)
class Endpoint:
    """Endpoint of the API.

    Attributes
    ----------
    method : str
    path : str
        As Starlette writes it, e.g. ``/api/readings/{id:int}``.
    handler : callable
    about : str
        What the endpoint does, in one sentence.
    reply : type, dict or None
        Reply: a model, or media types with their schemas; None if it is empty.
    body : type, dict or None
        Request body: a model, or media types with their schemas.
    status : int
        Status of a successful reply.
    also : tuple of int
        Other statuses with the same reply.
    query : tuple of Parameter
    faults : tuple of int
        Error statuses beyond those that every endpoint may return.
    """

    method: str
    path: str
    handler: Callable[[Request], Awaitable[Response]]
    about: str
    reply: type[BaseModel] | dict[str, object] | None = None
    body: type[BaseModel] | dict[str, object] | None = None
    status: int = 200
    also: tuple[int, ...] = ()
    query: tuple[Parameter, ...] = ()
    faults: tuple[int, ...] = ()

    def route(self) -> Route:
        """Return the endpoint's route.

        Returns
        -------
        route : Route
        """
        return Route(self.path, self.handler, methods=[self.method], name=self.name)

    @property
    def name(self) -> str:
        """Name of the operation."""
        return self.handler.__name__
