"""Filter of the collection's form, translated to parameters of the API."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

_SAME = ("writer", "kind", "corrected", "label", "model_digit")
_ANSWERS = {"wrong": "wrong_for", "right": "right_for"}


@dataclass(frozen=True)
class PageFilter:
    """Filter of the collection.

    Attributes
    ----------
    fields : mapping of str
        Values as in the form; empty if not set.
    query : mapping of str
        Parameters of the API, only those that are set.
    """

    fields: Mapping[str, str]
    query: Mapping[str, str]

    def address(self, page: int) -> str:
        """Return the address of a page of the list.

        Parameters
        ----------
        page : int

        Returns
        -------
        address : str
        """
        chosen = {name: value for name, value in self.fields.items() if value}
        return "/collection?" + urlencode({**chosen, "page": page})

    def export_address(self, form: str, *, waiting: bool = False) -> str:
        """Return the address of an export of the filtered digits.

        Parameters
        ----------
        form : str
            ``"folder"`` or ``"csv"``.
        waiting : bool
            Whether to include corrections that are waiting for review.

        Returns
        -------
        address : str
        """
        more = {"review": "any"} if waiting else {}
        return "/api/export?" + urlencode({"format": form, **self.export_query, **more})

    @property
    def export_query(self) -> dict[str, str]:
        """Parameters of the query that select corrections."""
        return {name: value for name, value in self.query.items() if name != "corrected"}


def read_filter(params: Mapping[str, str]) -> PageFilter:
    """Return the filter in an address of the collection.

    Parameters
    ----------
    params : mapping of str

    Returns
    -------
    chosen : PageFilter
    """
    fields = {name: params.get(name, "") for name in (*_SAME, "answer")}
    query = {name: fields[name] for name in _SAME if fields[name]}
    verdict, _, model = fields["answer"].partition(":")
    if verdict in _ANSWERS and model:
        query[_ANSWERS[verdict]] = model
    return PageFilter(fields, query)


def list_answers(models: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Return the choices of the form's field for answers, as values and texts.

    Parameters
    ----------
    models : sequence of mapping
        As returned by the API.

    Returns
    -------
    choices : list of (str, str)
    """
    names = [model["name"] for model in models]
    return [(f"{verdict}:{name}", f"{name} was {verdict}") for name in names for verdict in _ANSWERS]
