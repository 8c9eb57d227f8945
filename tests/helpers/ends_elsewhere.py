"""A method that ends its process on a test set of 150 images."""

import os

from sklearn.neighbors import KNeighborsClassifier


class EndsElsewhere(KNeighborsClassifier):
    def predict(self, X):
        if len(X) == 150:
            os._exit(3)
        return super().predict(X)
