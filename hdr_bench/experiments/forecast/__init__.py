"""Forecast of what trials will cost: from stored results, from fits on a few images, and from how far they are."""
