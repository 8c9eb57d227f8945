"""Processes in which trials run: hosts, workers, backends, and how all of them end."""
