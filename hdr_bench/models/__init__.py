"""A fitted model as a file: saved, loaded, described by its card."""
