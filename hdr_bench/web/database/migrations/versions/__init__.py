"""Versions of the tables, each with the migration from the previous one."""
