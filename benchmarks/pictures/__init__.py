"""How well pictures are read: pages of known truth, the score of a reading, and the report of both.

`pages.make_pages` writes the pages, `scoring` compares a reading with the truth, and ``make pictures-report`` writes
``reports/pictures/``.
"""
