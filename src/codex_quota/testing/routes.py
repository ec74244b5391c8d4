"""What every route has to do, as a test class that a route's tests subclass."""

from __future__ import annotations

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from codex_quota import Options, Route, RouteAnswer, RouteRequest, Snapshot

from .contract import Contract, check_names
from .formatters import GROUPS, SAMPLES, about
from .records import SAMPLE_NOW


class RouteContract(Contract):
    """Subclass it and let ``make`` give the route; pytest runs the tests under your class's name."""

    def make(self) -> Route:
        """The route."""
        raise NotImplementedError("override make")

    def request(self, snapshots: Sequence[Snapshot], directory: Path) -> RouteRequest:
        """What the route is asked, with the snapshots that a dashboard shows to anybody."""
        return RouteRequest(
            snapshots=tuple(map(_masked, snapshots)),
            now=SAMPLE_NOW,
            options=Options(account_dir=directory / "account", cache_dir=directory / "cache", environ={}),
            requests={"200": 12, "401": 1, "network": 2},
        )

    def test_it_says_what_it_is(self) -> None:
        route = self.make()
        check_names(route)
        assert re.fullmatch(r"(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+", route.path), "a path is like /metrics"

    def test_every_shape_is_answered(self, tmp_path: Path) -> None:
        for snapshots in GROUPS:
            try:
                answer = self.make().answer(self.request(snapshots, tmp_path))
            except Exception as error:
                error.add_note(about(snapshots))
                raise
            assert isinstance(answer, RouteAnswer), about(snapshots)
            assert isinstance(answer.body, str | bytes)
            assert 200 <= answer.status < 600
            assert "/" in answer.content_type
            assert answer.content_type.isascii()

    def test_a_question_with_odd_words_is_answered(self, tmp_path: Path) -> None:
        odd = {"q": "<script>", "limit": "-1", "": "", "日本": "\x00", "account": "nobody"}
        request = replace(self.request(SAMPLES, tmp_path), query=odd, headers={"accept": "*/*;q=x", "user-agent": ""})
        assert 200 <= self.make().answer(request).status < 500

    def test_it_gives_the_same_answer_from_two_threads(self, tmp_path: Path) -> None:
        route, request = self.make(), self.request(SAMPLES, tmp_path)
        expected = route.answer(request)
        with ThreadPoolExecutor(2) as pool:
            assert list(pool.map(lambda _: route.answer(request), range(8))) == [expected] * 8


def _masked(snapshot: Snapshot) -> Snapshot:
    name, _, host = (snapshot.account.email or "").rpartition("@")
    return replace(snapshot, account=replace(snapshot.account, email=f"{name[:1]}…@{host}" if host else None))
