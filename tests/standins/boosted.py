"""Classes of one's own that are derived from other libraries'."""

import torch
from catboost import CatBoostClassifier
from skorch import NeuralNetClassifier
from torch import nn


class Flat(nn.Module):
    """A network for 8x8 pixels, as skorch's tutorial has it."""

    def __init__(self, hidden=32):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(64, hidden), nn.ReLU(), nn.Linear(hidden, 10))

    def forward(self, X):
        return self.layers(X.to(torch.float32) / 16)


class OwnNet(NeuralNetClassifier):
    """It takes any parameter that skorch takes."""

    def __init__(self, module=Flat, *, criterion=nn.CrossEntropyLoss, max_epochs=2, verbose=0, **others):
        super().__init__(module, criterion=criterion, max_epochs=max_epochs, verbose=verbose, **others)


class Few(CatBoostClassifier):
    """Its parameters are not those of its constructor, so that scikit-learn cannot clone it."""

    def __init__(self, iterations=2):
        super().__init__(iterations=iterations, verbose=False, thread_count=1)
