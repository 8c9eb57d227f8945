"""Migrations of the tables, one file per version.

To add one, change `tables` and write a file in ``versions/`` whose ``down_revision`` is the newest one there;
``script.py.mako`` is its template. A test compares the result of all migrations with `tables`, on each database.
"""
