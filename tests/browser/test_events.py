"""Coming events as a visitor meets them, whatever day it has become since the build."""

from __future__ import annotations

from tests.browser.visitor import NewVisitor


def test_an_event_that_is_over_is_not_shown_though_nobody_built_the_site_since(
    visitor: NewVisitor,
) -> None:
    reader = visitor("phone")
    for day, shown in [("2026-11-28", 3), ("2026-12-01", 2), ("2027-12-01", 0)]:
        reader.page.clock.set_fixed_time(f"{day}T08:00:00+08:00")
        assert reader.opens("/") == 200
        events = reader.page.locator(".jq-events > li")
        assert [one.is_visible() for one in events.all()].count(True) == shown, day
        assert reader.page.get_by_text("近期没有登出来的活动").is_visible() == (shown == 0)
