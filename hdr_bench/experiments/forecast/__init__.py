"""Forecast of the cost of trials, from stored results, from fits on a few images, and from their progress."""
