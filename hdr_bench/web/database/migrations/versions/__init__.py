"""Versions of the tables, each with how to get there from the one before."""
