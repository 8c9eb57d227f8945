"""Settings of the server."""

from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path

LIMIT_FOR_OTHERS = 600
"""Requests per minute and client if other machines can reach the server: ten per second."""


@dataclass(frozen=True)
class ServerSettings:
    """Settings of the web application.

    Attributes
    ----------
    folder : Path
        Folder of the application's own files: the model files, and the SQLite file by default.
    database : str
        URL of the database, as SQLAlchemy reads it.
    models : tuple of Path
        Model files to serve; by default the embedded network and, fitted on `mnist-5k`, the classical methods.
    host : str
        Address to listen on.
    port : int
        Port to listen on; 0 for any free one.
    token : str
        Access token that clients must send if other machines can reach the server; empty if none is needed.
    retrain_after : int
        Number of corrections not yet given to a version at which the first model is retrained; 0 retrains only on
        request.
    requests_per_minute : int
        Limit per client; 0 for no limit.
    most_bytes : int
        Largest accepted upload, in bytes.
    most_pixels : int
        Largest accepted picture, in pixels.
    trusted_hosts : tuple of str
        Host names, with non-default ports, for which a reverse proxy forwards requests.
    workers : int
        Number of processes that read pictures.
    audit : Path or None
        Folder of a label audit whose candidates can be decided on; None for no audit.
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
        """Folder with the files of all versions."""
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
