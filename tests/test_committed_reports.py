"""The reports under `reports/`: what they say of their suites is what the suites say now."""

import json
from pathlib import Path

import pytest

from hdr_bench import load_suite
from hdr_bench.experiments.planning.carried_suites import list_suites

REPORTS = Path(__file__).parents[1] / "reports"
# Those of the first version have no such file.
NAMES = sorted(path.parent.name for path in REPORTS.glob("*/run.json"))


def test_the_suites_without_a_source_are_among_them():
    assert {"quick", "mnist", "robustness", "transfer"} <= set(NAMES) <= set(list_suites())


@pytest.mark.parametrize("name", NAMES)
def test_a_report_is_of_its_suite_as_it_is_now(name):
    stored = json.loads((REPORTS / name / "run.json").read_bytes())["suite"]
    now = json.loads(load_suite(name).model_dump_json(by_alias=True))
    # If not, run the suite again with the report's folder as --out: trials that are stored do not run.
    assert {key for key in {*stored, *now} if stored.get(key) != now.get(key)} == set()
