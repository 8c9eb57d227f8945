"""The embedded model: how it is trained, compared with the file in the package, and measured."""
