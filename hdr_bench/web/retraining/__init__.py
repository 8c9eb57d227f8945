"""Retraining: new versions of models, learned from corrections in a process of their own, and judged before use."""
