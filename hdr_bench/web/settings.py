"""What the server is told when it starts."""

from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path

LIMIT_FOR_OTHERS = 600
"""Requests per minute of one client if others than this machine can reach the server: ten a second."""


@dataclass(frozen=True)
class ServerSettings:
    """Settings of the web application.

    Attributes
    ----------
    folder : Path
        Where the application keeps what is its own: the models' files, the SQLite file if it is the default.
    database : str
        URL of the database, as SQLAlchemy reads it.
    models : tuple of Path
        Model files to serve; by default the embedded network and, fitted on `mnist-5k`, the classical methods.
    host : str
        Address to listen on.
    port : int
        0 takes a free one.
    token : str
        What a client must know, if others than this machine can reach the server; empty if none is needed.
    retrain_after : int
        Corrections not yet given to a version from which on the first model is retrained; 0 waits until asked to.
    requests_per_minute : int
        Per client; 0 is without a limit.
    most_bytes : int
        Larger uploads are refused.
    most_pixels : int
        Pictures of more pixels are refused.
    trusted_hosts : tuple of str
        Names, with ports if these differ, under which a reverse proxy passes requests on.
    workers : int
        Processes that read pictures.
    audit : Path or None
        Folder of a label audit, whose candidates are decided on; None for none.
    """

    folder: Path
    database: str
    models: tuple[Path, ...] = ()
    host: str = "127.0.0.1"
    port: int = 8000
    token: str = field(default="", repr=False)
    retrain_after: int = 0
    requests_per_minute: int = 0
    most_bytes: int = 10_000_000
    most_pixels: int = 50_000_000
    trusted_hosts: tuple[str, ...] = ()
    workers: int = 2
    audit: Path | None = None

    @property
    def models_folder(self) -> Path:
        """Where the files of all versions are."""
        return self.folder / "models"


def is_loopback(host: str) -> bool:
    """Return whether only this machine can reach an address.

    Parameters
    ----------
    host : str

    Returns
    -------
    is_loopback : bool
    """
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def default_database(folder: Path) -> str:
    """Return the URL of the SQLite file in a folder.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    url : str
    """
    return f"sqlite:///{folder / 'digits.sqlite'}"
