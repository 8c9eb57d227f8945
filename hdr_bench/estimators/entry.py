"""An entry of the tables of estimators and transformers."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """All that is said of a method or transformer outside its own file.

    Attributes
    ----------
    path : str
        Dotted path of its class.
    description : str
        The first line of the class's docstring, which ``python -OO`` leaves out, and which would need an import.
    cites : tuple of str, default=()
        Keys of its papers in ``references.bib``.
    preload : tuple of str, default=()
        Modules that a trial's process starts with, beside that of the class, so that no trial has to import them. Those
        that are not installed are passed over. A method that computes with torch names it here.
    """

    path: str
    description: str
    cites: tuple[str, ...] = ()
    preload: tuple[str, ...] = ()

    @property
    def module(self) -> str:
        """Module of the class."""
        return self.path.rpartition(".")[0]

    @property
    def class_name(self) -> str:
        """Name of the class."""
        return self.path.rpartition(".")[2]

    @property
    def needs_torch(self) -> bool:
        """Whether it computes with torch, which takes as long to import as all else."""
        return "torch" in self.preload
