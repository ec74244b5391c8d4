codex-quota plugins
