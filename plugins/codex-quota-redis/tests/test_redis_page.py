"""What the page on several machines says about the server is true of a real one: the user's rights, and the containers."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from codex_quota_redis.store import RedisStore
from real_redis import RealRedis
from redis import Redis
from redis.exceptions import RedisError
from redis_worlds import everything, opened

PAGE = (Path(__file__).parents[3] / "docs" / "how-to" / "several-machines.md").read_text(encoding="utf-8")


def use(store: RedisStore) -> None:
    """Everything that the store does on a server, once."""
    store.set("a", "text")
    with store.lock("key", 0) as held, store.lock("key", 0.5) as other:
        store.set("key", "")
        assert (held, other) == (True, False)
    store.delete("a")
    assert (store.get("key"), store.get("a"), list(store.keys())) == ("", None, ["key"])
    store.close()


def test_the_rights_are_enough_and_no_more(own_redis: RealRedis) -> None:
    (rights,) = re.findall(r"^ACL SETUSER codex-quota (.*)$", PAGE, flags=re.M)
    own_redis.start()
    url = own_redis.url.replace("//", "//codex-quota:s3cret@")
    with Redis.from_url(own_redis.url) as admin:
        admin.execute_command("ACL", "SETUSER", "codex-quota", *rights.replace("PASSWORD", "s3cret").split())
        use(opened(url, lock_life=0.2))
        use(opened(url.replace("/0", "/1"), lock_life=0.2))
        # the library tells its name with each connection, and does not mind that it may not
        assert {entry["object"] for entry in admin.acl_log()} <= {"client|setinfo"}
    assert sorted(everything(own_redis.url)) == [b"codex-quota:text:key"]


@pytest.mark.parametrize(
    "command",
    ["FLUSHALL", "GET other", "SET other x", "EVAL return(redis.call('get','other')) 0", "CONFIG GET *", "ACL LIST",
     "PUBLISH channel x", "KEYS *", "EVAL return(redis.call('flushall')) 0", "INFO", "SHUTDOWN"],
)  # fmt: skip
def test_what_the_user_may_not(own_redis: RealRedis, command: str) -> None:
    (rights,) = re.findall(r"^ACL SETUSER codex-quota (.*)$", PAGE, flags=re.M)
    own_redis.start()
    with Redis.from_url(own_redis.url) as admin:
        admin.set("other", "theirs")
        admin.execute_command("ACL", "SETUSER", "codex-quota", *rights.replace("PASSWORD", "s3cret").split())
        with (
            Redis.from_url(own_redis.url.replace("//", "//codex-quota:s3cret@")) as user,
            pytest.raises(RedisError, match=r"(?i)no permissions|can't access|can't run"),
        ):
            user.execute_command(*command.split())
        assert admin.get("other") == b"theirs"


def test_the_containers_fit_together() -> None:
    yaml = pytest.importorskip("yaml")
    (text,) = re.findall(r"^```yaml\n(.*?)^```$", PAGE, flags=re.M | re.S)
    services = yaml.safe_load(text.replace("${REDIS_PASSWORD:?}", "s3cret"))["services"]
    program, *words = shlex.split(services["redis"]["command"])
    server = RealRedis(*words).start()
    try:
        for name in ("first", "second"):
            url = services[name]["environment"]["CODEX_QUOTA_REDIS_URL"]
            use(opened(url.replace("@redis:6379", f"@127.0.0.1:{server.port}"), lock_life=0.2))
        with pytest.raises(RedisError, match=r"(?i)authenticat"), Redis.from_url(server.url) as nobody:
            nobody.get("codex-quota:text:key")
    finally:
        server.remove()
    assert program == "redis-server"
    assert services["first"]["ports"] != services["second"]["ports"]
    assert (Path(__file__).parents[3] / services["second"]["build"]["args"]["PLUGINS"]).samefile(Path(__file__).parents[1])
