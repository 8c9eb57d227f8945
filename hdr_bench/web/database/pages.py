"""Pages of a long list."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

PAGE_LENGTH = 50
Item = TypeVar("Item")


@dataclass(frozen=True)
class Page(Generic[Item]):
    """Page of a list.

    Attributes
    ----------
    rows : tuple
    number : int
        Page number, from 1.
    n_pages : int
        Number of pages, at least 1.
    total : int
        Number of rows on all pages.
    """

    rows: tuple[Item, ...]
    number: int
    n_pages: int
    total: int


def load_page(session: Session, query: Select[Any], number: int, make: Callable[[Row[Any]], Item]) -> Page[Item]:
    """Return one page of a query's results; numbers out of range give the nearest page.

    Parameters
    ----------
    session : Session
    query : Select
        Query with its order.
    number : int
        Page number, from 1.
    make : callable
        Converts a row to an item.

    Returns
    -------
    page : Page
    """
    total = session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    n_pages = max(1, -(-total // PAGE_LENGTH))
    number = min(max(number, 1), n_pages)
    rows = session.execute(query.limit(PAGE_LENGTH).offset((number - 1) * PAGE_LENGTH)).unique()
    return Page(tuple(make(row) for row in rows), number, n_pages, total)


def can_be_id(number: int) -> bool:
    """Return whether a number can be a row's id; databases fail to compare others.

    Parameters
    ----------
    number : int

    Returns
    -------
    can : bool
    """
    return 0 < number < 2**31
