"""Database URLs: choosing the driver, and showing a URL without its password."""

from sqlalchemy import URL, make_url
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from hdr_bench.exceptions import DatabaseError, MissingDependencyError

_DRIVERS = {
    "mysql": "mysql+pymysql",
    "mariadb": "mariadb+pymysql",
    "postgresql": "postgresql+psycopg",
    # Many hosting providers write it this way.
    "postgres": "postgresql+psycopg",
}
_EXTRAS = {"mysql": "mysql", "mariadb": "mysql", "postgresql": "postgresql"}
_FORMS = "sqlite:///FILE, mysql://USER:PASSWORD@HOST/NAME or postgresql://USER:PASSWORD@HOST/NAME"


def read_address(url: str) -> URL:
    """Return a database's URL with its driver.

    Parameters
    ----------
    url : str
        URL in SQLAlchemy's form; without a driver, that of the library's extras is used.

    Returns
    -------
    address : URL

    Raises
    ------
    DatabaseError
        If it is not the URL of a database, or does not name a file or database.
    MissingDependencyError
        If its driver is not installed.
    """
    try:
        address = make_url(url)
    # For an invalid port, SQLAlchemy only repeats the message of `int`; its other messages may show the password.
    except (ArgumentError, ValueError):
        raise DatabaseError(f"the database's URL is not valid. Write it as {_FORMS}.") from None
    address = address.set(drivername=_DRIVERS.get(address.drivername, address.drivername))
    _check_driver(address)
    if not address.database or address.database == ":memory:":
        place = "a file" if address.get_backend_name() == "sqlite" else "a database"
        raise DatabaseError(f"the database's URL {show(address)} does not name {place}. Write it as {_FORMS}.")
    return address


def show(address: URL) -> str:
    """Return a database's URL for messages, without password and options.

    Parameters
    ----------
    address : URL

    Returns
    -------
    text : str
    """
    return address.set(query={}).render_as_string(hide_password=True)


def _check_driver(address: URL) -> None:
    dialect = _find_dialect(address)
    try:
        # Returns the driver's module.
        dialect.import_dbapi()
    except ImportError as error:
        raise MissingDependencyError(_describe_missing(address, error)) from error


def _find_dialect(address: URL) -> type[Dialect]:
    try:
        return address.get_dialect()
    except NoSuchModuleError:
        raise DatabaseError(
            f"unknown kind of database {address.drivername!r} in its URL. Write it as {_FORMS}."
        ) from None


def _describe_missing(address: URL, error: ImportError) -> str:
    backend = address.get_backend_name()
    extra = _EXTRAS.get(backend)
    remedy = f"run: pip install 'hdr-bench[{extra}]'" if extra else "install it"
    driver = error.name or address.get_driver_name()
    return f"the database's URL {show(address)} needs {driver}, which is not installed; {remedy}"
