"""Images that mislead a network: gradients with respect to pixels, and adversarial training batches."""

from dataclasses import dataclass

import torch
from torch import nn

from hdr_bench.estimators.neural.adversarial import AdversarialTraining


def log_odds_against(outputs: torch.Tensor, codes: torch.Tensor) -> torch.Tensor:
    """Return the log-odds against each image's class.

    They increase with the cross-entropy, and their gradient has the same direction. However, where a network is
    confident, the gradient of the cross-entropy vanishes in floating-point arithmetic and hides what would mislead it.

    Parameters
    ----------
    outputs : torch.Tensor of shape (n, n_classes)
        Before the softmax.
    codes : torch.Tensor of shape (n,)
        Indices of the labels in the classes.

    Returns
    -------
    losses : torch.Tensor of shape (n,)
    """
    own = codes[:, None]
    others = outputs.scatter(1, own, float("-inf"))
    return others.logsumexp(dim=1) - outputs.gather(1, own)[:, 0]


def input_gradient(
    network: nn.Module, images: torch.Tensor, codes: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return outputs, losses, and the gradient of each image's loss with respect to its pixels; weights get none.

    Parameters
    ----------
    network : torch.nn.Module
        In the mode in which it should predict.
    images : torch.Tensor of shape (n, channels, height, width)
        Scaled.
    codes : torch.Tensor of shape (n,)
        Indices of the labels in the classes.

    Returns
    -------
    outputs : torch.Tensor of shape (n, n_classes)
        Before the softmax.
    losses : torch.Tensor of shape (n,)
        As returned by `log_odds_against`.
    gradient : torch.Tensor of shape (n, channels, height, width)
    """
    pixels = images.detach().requires_grad_(True)
    outputs = network(pixels)
    losses = log_odds_against(outputs, codes)
    (gradient,) = torch.autograd.grad(losses.sum(), pixels)
    return outputs.detach(), losses.detach(), gradient


@dataclass
class Adversary:
    """Adversary that changes the batches in adversarial training.

    Attributes
    ----------
    training : AdversarialTraining
        Size and number of steps.
    low, high : float
        Range of the scaled training pixels, within which changed images stay.
    n_batches : int
        Batches per epoch.
    seen : int, default=0
        Number of batches so far, which determines the ramp.
    """

    training: AdversarialTraining
    low: float
    high: float
    n_batches: int
    seen: int = 0

    def mislead(
        self, network: nn.Module, images: torch.Tensor, codes: torch.Tensor, generator: torch.Generator | None
    ) -> torch.Tensor:
        """Return images within reach of the given ones for which the network's loss is larger.

        Parameters
        ----------
        network : torch.nn.Module
            Evaluated as in prediction, then returned to its previous mode.
        images : torch.Tensor of shape (n, channels, height, width)
            Scaled.
        codes : torch.Tensor of shape (n,)
            Indices of the labels in the classes.
        generator : torch.Generator or None
            Generator of the random starts, on the CPU; None uses torch's own.

        Returns
        -------
        misleading : torch.Tensor of shape (n, channels, height, width)
        """
        share = (self.high - self.low) * self._ramp()
        eps, step = share * self.training.eps, share * self.training.step_length
        # Only pixels of the original image may be outside the range.
        least = (images - eps).clamp(min=self.low).minimum(images)
        most = (images + eps).clamp(max=self.high).maximum(images)
        # Evaluation mode: as confident as in actual use, and the running means are not affected.
        was_training = network.training
        network.eval()
        start = torch.rand(images.shape, generator=generator, dtype=torch.float32).to(images) * 2 - 1
        moved = (images + eps * start).clamp(least, most)
        for _ in range(self.training.steps):
            _, _, gradient = input_gradient(network, moved, codes)
            moved = (moved + step * gradient.sign()).clamp(least, most)
        network.train(was_training)
        self.seen += 1
        return moved

    def _ramp(self) -> float:
        """Return the fraction of the full change to apply, from 0 to 1."""
        batches = self.training.ramp_epochs * self.n_batches
        return min((self.seen + 1) / batches, 1.0) if batches >= 1 else 1.0
