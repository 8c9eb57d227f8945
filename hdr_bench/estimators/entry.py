"""Entry of the tables of estimators and transformers."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """What is recorded about a method or transformer outside its own file.

    Attributes
    ----------
    path : str
        Dotted path of its class.
    description : str
        First line of the class's docstring, repeated here because ``python -OO`` strips it and reading it needs an
        import.
    cites : tuple of str, default=()
        Keys of its papers in ``references.bib``.
    preload : tuple of str, default=()
        Modules that a trial's process loads at start, besides the class's own, so that no trial has to import them.
        Modules that are not installed are skipped. A method that computes with torch names it here.
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
        """Whether it computes with torch, which takes as long to import as everything else together."""
        return "torch" in self.preload
