"""Suites as they would be read from a file."""

from hdr_bench.experiments.planning.suite_check import check_suite
from hdr_bench.experiments.planning.suite_file import make_suite


def parse_suite(content, name, origin):
    """Make a suite of what TOML held, and check it, as `load_suite` does with a file."""
    suite = make_suite(content, name, origin)
    check_suite(suite, origin)
    return suite
