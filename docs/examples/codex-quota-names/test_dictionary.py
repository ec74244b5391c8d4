from codex_quota_dictionary import Dictionary

from codex_quota.testing import CacheStoreContract


class TestDictionary(CacheStoreContract):
    def make(self) -> Dictionary:
        return Dictionary()
