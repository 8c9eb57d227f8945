"""A grey image as a colour image: the one layer that torch has no module for."""

import torch
from torch import nn


class GreyToColour(nn.Module):
    """Give a grey image three times, as the channels of a colour image; it learns nothing."""

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return images (n, 1, height, width) as (n, 3, height, width)."""
        return images.repeat(1, 3, 1, 1).contiguous(memory_format=torch.channels_last)
