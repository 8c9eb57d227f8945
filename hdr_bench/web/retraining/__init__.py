"""Retraining: new versions of models, trained on corrections in a separate process and tested before use."""
