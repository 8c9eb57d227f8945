"""Image transformers."""
