"""A single trial in its own process: fit, predictions, and their costs."""
