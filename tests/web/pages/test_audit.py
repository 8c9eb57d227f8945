"""The page of a label audit: candidates are decided on, one by one, and each decision is in the file at once."""

import numpy as np
import pytest

from hdr_bench.exceptions import DatasetError, DatasetNotFoundError
from hdr_bench.records.candidates import Candidate, Candidates, write_candidates
from hdr_bench.records.decisions import NEITHER, UNSURE, Decision, Decisions
from hdr_bench.records.decisions_file import read_decisions, write_decisions
from hdr_bench.web.server import run_server
from hdr_bench.web.services.audit import AuditService
from hdr_bench.web.settings import ServerSettings
from tests.web.pages.conftest import SCREENS
from tests.web.pages.test_rules import check

FINGERPRINT = "ab" * 32
DIGITS = tuple("0123456789")


def _make_audit(folder, mnist, class_names=DIGITS, n_candidates=3):
    images, labels = mnist
    given = [class_names[(labels[place] + 1) % len(class_names)] for place in range(n_candidates)]
    rows = tuple(
        Candidate("test", 10 * place, given[place], class_names[3], 0.01, "methods agree", {"CNN": "3 (0.98)"})
        for place in range(n_candidates)
    )
    near = np.stack([images[place : place + 2] for place in range(n_candidates)])
    words = np.array([[class_names[0], class_names[1]]] * n_candidates)
    write_candidates(
        folder, Candidates(FINGERPRINT, class_names, rows, images[:n_candidates].astype(np.uint8), near, words)
    )
    return given


@pytest.fixture
def audit(api, mnist, tmp_path):
    """The folder of an audit, which the server shows."""
    api.settings.audit, api.audit = tmp_path, AuditService(tmp_path)
    _make_audit(tmp_path, mnist)
    return tmp_path


def _decided(folder):
    return [row.decision for row in read_decisions(folder / "decisions.csv").rows]


def _at(page, place):
    page.wait_for_url(f"**/audit/{place}")


def test_keys_decide_and_go_on(visit, audit):
    page = visit("/audit")
    _at(page, 1)
    page.get_by_label("Your name").fill("Ada")
    page.get_by_label("Your name").blur()
    page.keyboard.press("n")
    _at(page, 2)
    page.keyboard.press("s")
    _at(page, 3)
    page.keyboard.press("ArrowLeft")
    _at(page, 2)
    assert page.get_by_text("Decided: it is 3, by Ada").is_visible()
    page.keyboard.press("u")
    _at(page, 3)
    page.keyboard.press("7")
    page.get_by_text("You have decided on all candidates").wait_for()
    assert _decided(audit) == [NEITHER, UNSURE, "7"]
    first = read_decisions(audit / "decisions.csv").rows[0]
    assert (first.part, first.index, first.who, first.when[-1]) == ("test", 0, "Ada", "Z")
    # Decoding waits for an image that is still on its way.
    widths = "(images) => Promise.all(images.map((image) => image.decode().then(() => image.naturalWidth)))"
    assert page.locator("img").evaluate_all(widths) == [28] * 3


@pytest.mark.parametrize("has_scripts", [True, False])
def test_a_decision_is_made_by_touch_and_taken_back(visit, audit, has_scripts):
    page = visit("/audit", java_script_enabled=has_scripts, **SCREENS["phone"])
    page.get_by_role("button", name="Keep").tap()
    _at(page, 2)
    assert page.get_by_text("1 of 3 decided").is_visible()
    page.get_by_role("link", name="Back").tap()
    _at(page, 1)
    page.get_by_role("button", name="Undo decision").tap()
    page.get_by_text("Not decided yet.").wait_for()
    assert _decided(audit) == ["", "", ""]


def test_keys_of_digits_and_letters_decide_among_fifteen_classes(visit, audit, mnist):
    _make_audit(audit, mnist, (*DIGITS, "A", "D", "H", "N", "T"), n_candidates=5)
    page = visit("/audit/1")
    for place, key in enumerate(("7", "d", "T", "N"), start=1):
        _at(page, place)
        page.keyboard.press(key)
    # n is the key of another command, so it is not that of the class N.
    assert page.get_by_text("3 of 5 decided").is_visible()
    page.get_by_role("button", name="N", exact=True).click()
    _at(page, 5)
    page.keyboard.press("n")
    page.get_by_text("You have decided on all candidates").wait_for()
    assert _decided(audit) == ["7", "D", "T", "N", NEITHER]
    check(page)


def test_letters_in_both_cases_are_different_keys(visit, audit, mnist):
    _make_audit(audit, mnist, (*DIGITS, "B", "b"))
    page = visit("/audit/1")
    page.keyboard.press("b")
    _at(page, 2)
    page.keyboard.press("B")
    _at(page, 3)
    assert _decided(audit)[:2] == ["b", "B"]


def test_a_class_of_many_is_typed(visit, audit, mnist):
    _make_audit(audit, mnist, class_names=tuple(f"class {number}" for number in range(40)))
    page = visit("/audit/1")
    page.keyboard.press("o")
    page.keyboard.type("class 39")
    page.keyboard.press("Enter")
    _at(page, 2)
    assert _decided(audit)[0] == "class 39"
    page.keyboard.press("o")
    page.keyboard.type("gnu")
    page.keyboard.press("Enter")
    page.get_by_text("There is no class 'gnu'.").wait_for()
    page.said.clear()
    assert _decided(audit)[1] == ""


def test_decisions_of_others_in_the_file_stay(visit, audit):
    page = visit("/audit/1")
    others = Decisions(FINGERPRINT, (Decision("train", 4, "1", "7", "Bob"),))
    write_decisions(audit / "decisions.csv", others)
    page.keyboard.press("u")
    _at(page, 2)
    assert read_decisions(audit / "decisions.csv").rows[-1] == others.rows[0]


def test_what_cannot_be_decided_is_refused_with_a_sentence(visit, audit):
    page = visit("/audit/1")
    form = {"csrf": page.locator("[name=csrf]").get_attribute("value"), "part": "test", "index": "0", "decision": "3"}
    for changes, status, words in (
        ({"csrf": "another"}, 403, "Reload the page"),
        ({"index": "5"}, 409, "The audit was rerun"),
        ({"index": "one"}, 422, "does not say which image"),
        ({"decision": "12"}, 422, "There is no class"),
        ({"who": "=1+1"}, 422, "not begin with"),
        ({"who": "a\x07"}, 422, "the name"),
    ):
        answer = page.request.post("/audit/1", form=form | changes)
        assert (answer.status, words in answer.text()) == (status, True), (changes, answer.text())
    assert page.request.get("/audit/9").status == page.request.get("/audit/1/neighbours/2").status == 404
    assert not (audit / "decisions.csv").exists()
    (audit / "decisions.csv").write_text("part;index\n")
    refused = page.request.post("/audit/1", form=form)
    assert (refused.status, "line 1 must be" in refused.text()) == (409, True)
    assert (audit / "decisions.csv").read_text() == "part;index\n"


def test_other_pages_lead_to_it_only_if_there_is_an_audit(visit, api, audit):
    page = visit("/upload")
    assert page.get_by_role("link", name="Audit").count() == 1
    api.settings.audit, api.audit = None, AuditService(None)
    page.reload()
    assert page.get_by_role("link", name="Audit").count() == 0
    answer = page.request.get("/audit")
    assert (answer.status, "Start it with --audit" in answer.text()) == (404, True)


@pytest.mark.parametrize(("screen", "scheme"), [("desktop", "light"), ("phone", "dark")])
def test_it_passes_the_rules(visit, audit, screen, scheme):
    page = visit("/audit/2", color_scheme=scheme, **SCREENS[screen])
    check(page)
    page.get_by_role("button", name="Unsure").click()
    _at(page, 3)
    page.go_back()
    check(page)


def test_a_server_does_not_start_with_a_folder_that_is_no_audit(tmp_path, mnist):
    settings = ServerSettings(tmp_path / "web", "sqlite://", port=0, audit=tmp_path / "audit")
    with pytest.raises(DatasetNotFoundError, match=r"candidates\.csv: there is no such file"):
        run_server(settings, print)
    _make_audit(tmp_path / "audit", mnist)
    write_decisions(tmp_path / "audit" / "decisions.csv", Decisions("f" * 64, (Decision("test", 0, "1"),)))
    with pytest.raises(DatasetError, match="the decisions are for other data"):
        run_server(settings, print)
