"""The short form of the crash test; the long one is ``python -m tests.scheduler.crash``."""

from __future__ import annotations

import pytest

from tests.scheduler.crash.driver import Run


@pytest.mark.parametrize(("kind", "processes"), [("sqlite", 1), ("postgres", 2)])
@pytest.mark.long
async def test_no_kill_loses_or_doubles_anything(
    request: pytest.FixtureRequest, kind: str, processes: int
):
    url = request.getfixturevalue(f"{kind}_url")
    run = Run(url, processes, kills=9, speed=4_000, channels=40, seed=processes)

    found = await run.run()

    assert found.faults == []
    assert run.killed.total() >= 9
    assert found.posts["daily"] > 15
