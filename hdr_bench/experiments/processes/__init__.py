"""Processes that trials run in: hosts, workers, backends, and how all of them end."""
