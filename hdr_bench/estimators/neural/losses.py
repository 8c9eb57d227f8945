"""Loss functions of a network's training."""

import torch
from torch import nn
from torch.nn import functional

from hdr_bench.estimators.neural.config import LOSSES
from hdr_bench.exceptions import UnknownNameError, shown


class WeightedLoss(nn.Module):
    """Distance between the softmax of a network's outputs and the one-hot target, averaged over the images.

    Parameters
    ----------
    kind : {"cross_entropy", "kl_divergence", "squared_error"}
        Cross-entropy, Kullback-Leibler divergence from the target, or the mean over the classes of the squared
        differences (computed from probabilities, as Keras's losses of the same names).
    label_smoothing : float
        Share of the target that is spread evenly over all classes.
    weight : torch.Tensor of shape (n_classes,) or None
        Weight of the images of each class in the average.
    """

    def __init__(self, kind: str, label_smoothing: float, weight: torch.Tensor | None) -> None:
        super().__init__()
        self.kind = kind
        self.label_smoothing = label_smoothing
        self.weight: torch.Tensor | None
        self.register_buffer("weight", weight)

    def forward(self, outputs: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Return the loss.

        Parameters
        ----------
        outputs : torch.Tensor of shape (n, n_classes)
            Before the softmax.
        labels : torch.Tensor of shape (n,)
            Indices of the labels in the classes.

        Returns
        -------
        loss : torch.Tensor
            A scalar.
        """
        losses = self._losses(outputs, labels)
        if self.weight is None:
            return losses.mean()
        shares = self.weight[labels]
        # A batch whose images all have weight 0 has no loss.
        return (losses * shares).sum() / shares.sum().clamp(min=torch.finfo(shares.dtype).tiny)

    def _losses(self, outputs: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        if self.kind == "cross_entropy":
            return functional.cross_entropy(outputs, labels, reduction="none", label_smoothing=self.label_smoothing)
        n_classes = outputs.shape[1]
        target = functional.one_hot(labels, n_classes).to(outputs.dtype)
        target = target * (1 - self.label_smoothing) + self.label_smoothing / n_classes
        if self.kind == "kl_divergence":
            return functional.kl_div(functional.log_softmax(outputs, dim=1), target, reduction="none").sum(dim=1)
        return (torch.softmax(outputs, dim=1) - target).square().mean(dim=1)


def make_loss(name: str, label_smoothing: float, weight: torch.Tensor | None) -> nn.Module:
    """Return the loss with the given name.

    Parameters
    ----------
    name : str
        One of `LOSSES`.
    label_smoothing : float
        Share of the target that is spread evenly over all classes.
    weight : torch.Tensor of shape (n_classes,) or None
        Weight of the images of each class.

    Returns
    -------
    loss : torch.nn.Module

    Raises
    ------
    UnknownNameError
        If there is no such loss.
    ValueError
        If `label_smoothing` is not at least 0 and below 1.
    """
    if name not in LOSSES:
        raise UnknownNameError("loss", name, LOSSES)
    if not 0 <= label_smoothing < 1:
        raise ValueError(f"label_smoothing must be at least 0 and below 1, got {shown(label_smoothing)}")
    if name == "cross_entropy" and weight is None:
        return nn.CrossEntropyLoss(label_smoothing=label_smoothing)
    # With smoothing, torch's own weights apply to the classes of the target rather than to the images.
    return WeightedLoss(name, label_smoothing, weight)
