"""The measurement of the finder in its short form."""

from __future__ import annotations

from playwright.sync_api import Browser

from scripts.bench import finder
from tests.conftest import BuiltSite


def test_the_finder_is_timed_on_choices_that_a_reader_could_make(
    browser: Browser, built_site: BuiltSite
) -> None:
    measured = finder.measure(browser, built_site.public, finder.QUICK)
    assert measured["choices"] == finder.QUICK
    assert 0 < measured["first_kb"] < 60
    assert 0 < measured["p50_ms"] <= measured["p95_ms"]
