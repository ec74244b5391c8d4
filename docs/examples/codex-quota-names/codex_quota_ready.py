import codex_quota


class Ready(codex_quota.Route):
    name = "ready"
    summary = "200 while an account can be used, else 503"
    path = "/ready"

    def answer(self, request: codex_quota.RouteRequest) -> codex_quota.RouteAnswer:
        usable = [snapshot.account.name for snapshot in request.snapshots if snapshot.usable]
        text = "\n".join(usable) or "no account can be used"
        return codex_quota.RouteAnswer(body=f"{text}\n", status=200 if usable else 503)


@codex_quota.hookimpl
def register_routes() -> list[codex_quota.Route]:
    return [Ready()]
