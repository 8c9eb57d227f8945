"""A storm: faults injected into real runs, and an oracle that says what they lost, spoilt, left behind or left unclear.

Run it with ``make storm``, or ``python -m benchmarks.storm --help`` in the checkout. Every attack is decided by the
seed, its class and its number; ``--only kills:17`` repeats one. What counts as what, `faults.KINDS` says.
"""
