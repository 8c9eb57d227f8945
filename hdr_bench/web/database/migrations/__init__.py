"""Changes of the tables, one file per version.

To add one, change `tables`, and write a file in ``versions/`` whose ``down_revision`` is the newest there;
``script.py.mako`` is its form. A test compares what all of them make with what `tables` says, on each database.
"""
