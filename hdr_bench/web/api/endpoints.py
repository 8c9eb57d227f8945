"""Entries of the API: what each takes and answers, from which routes and the description in OpenAPI are made."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


@dataclass(frozen=True)
class Parameter:
    """Parameter in an address's query.

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
    """Entry of the API.

    Attributes
    ----------
    method : str
    path : str
        As Starlette writes it, e.g. ``/api/readings/{id:int}``.
    handler : callable
    about : str
        What it does, in a sentence.
    reply : type, dict or None
        What it answers: a model, or media types with their schemas; None if the answer is empty.
    body : type, dict or None
        What it takes: a model, or media types with their schemas.
    status : int
        Of the answer if all is well.
    also : tuple of int
        Other statuses with the same answer.
    query : tuple of Parameter
    faults : tuple of int
        Other statuses, each with a sentence, beyond those that every entry may answer.
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
        """Return its route.

        Returns
        -------
        route : Route
        """
        return Route(self.path, self.handler, methods=[self.method], name=self.name)

    @property
    def name(self) -> str:
        """Name of the operation."""
        return self.handler.__name__
