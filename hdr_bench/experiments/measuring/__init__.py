"""One trial, in its own process: fit, predictions, and what they cost."""
