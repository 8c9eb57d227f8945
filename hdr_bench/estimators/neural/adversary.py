"""Images that mislead a network: the gradient of its loss in the pixels, and the images made of a training batch."""

from dataclasses import dataclass

import torch
from torch import nn

from hdr_bench.estimators.neural.adversarial import AdversarialTraining


def log_odds_against(outputs: torch.Tensor, codes: torch.Tensor) -> torch.Tensor:
    """Return the logarithm of the odds against each image's class.

    The cross-entropy grows with it, and both have a gradient of the same direction; but that of the cross-entropy
    vanishes, in floating-point numbers, where a network is sure, and hides what would mislead it.

    Parameters
    ----------
    outputs : torch.Tensor of shape (n, n_classes)
        Before the softmax.
    codes : torch.Tensor of shape (n,)
        Places of the labels in the classes.

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
    """Return outputs, losses, and the gradient of each image's loss in its pixels; the weights gather none.

    Parameters
    ----------
    network : torch.nn.Module
        In the mode in which it is to answer.
    images : torch.Tensor of shape (n, channels, height, width)
        Scaled.
    codes : torch.Tensor of shape (n,)
        Places of the labels in the classes.

    Returns
    -------
    outputs : torch.Tensor of shape (n, n_classes)
        Before the softmax.
    losses : torch.Tensor of shape (n,)
        As `log_odds_against` returns them.
    gradient : torch.Tensor of shape (n, channels, height, width)
    """
    pixels = images.detach().requires_grad_(True)
    outputs = network(pixels)
    losses = log_odds_against(outputs, codes)
    (gradient,) = torch.autograd.grad(losses.sum(), pixels)
    return outputs.detach(), losses.detach(), gradient


@dataclass
class Adversary:
    """What changes the batches of an adversarial training.

    Attributes
    ----------
    training : AdversarialTraining
        How far, and in how many steps.
    low, high : float
        Range of the scaled training pixels, which changed images do not leave.
    n_batches : int
        Batches per epoch.
    seen : int, default=0
        Batches so far, on which the ramp depends.
    """

    training: AdversarialTraining
    low: float
    high: float
    n_batches: int
    seen: int = 0

    def mislead(
        self, network: nn.Module, images: torch.Tensor, codes: torch.Tensor, generator: torch.Generator | None
    ) -> torch.Tensor:
        """Return images within reach of those that came, at which the network's loss is larger.

        Parameters
        ----------
        network : torch.nn.Module
            Answers as it would in a prediction, and is then in the mode that it was in.
        images : torch.Tensor of shape (n, channels, height, width)
            Scaled.
        codes : torch.Tensor of shape (n,)
            Places of the labels in the classes.
        generator : torch.Generator or None
            Where random starts come from, on the CPU; None is torch's own.

        Returns
        -------
        misleading : torch.Tensor of shape (n, channels, height, width)
        """
        share = (self.high - self.low) * self._ramp()
        eps, step = share * self.training.eps, share * self.training.step_length
        # Only an image's own pixels may be beyond the range.
        least = (images - eps).clamp(min=self.low).minimum(images)
        most = (images + eps).clamp(max=self.high).maximum(images)
        # As sure as the network is when it is used, and without a trace in its running means.
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
        """Return how much of the full change is made, from 0 to 1."""
        batches = self.training.ramp_epochs * self.n_batches
        return min((self.seen + 1) / batches, 1.0) if batches >= 1 else 1.0
