"""The page, the alert rules and the Grafana dashboard name what there is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from codex_quota_prometheus.metrics import ERROR_CODES, METRICS

import codex_quota

HOW_TO = Path(__file__).parents[3] / "docs" / "how-to"
PAGE = (HOW_TO / "prometheus.md").read_text(encoding="utf-8")
RULES = yaml.safe_load((HOW_TO / "grafana" / "codex-quota.rules.yml").read_text(encoding="utf-8"))["groups"][0]["rules"]
BOARD = json.loads((HOW_TO / "grafana" / "codex-quota.json").read_text(encoding="utf-8"))
PANELS = BOARD["panels"]
LABELS = {metric.name: set(metric.labels) for metric in METRICS}
OF_ANY_TARGET = {"job", "instance"}
WINDOWS = {"five_hour", "daily", "weekly", "monthly", "annual"}


def queries_of_the_page() -> list[str]:
    return re.findall(r"^\| [^|]*\? \| `(.*)` \|$", PAGE, flags=re.M)


def queries_of_the_board() -> list[str]:
    asked = [variable["query"]["query"] for variable in BOARD["templating"]["list"] if variable["type"] == "query"]
    return asked + [target["expr"] for panel in PANELS for target in panel["targets"]]


QUERIES = [*(rule["expr"] for rule in RULES), *queries_of_the_board(), *queries_of_the_page()]


def selectors(query: str) -> Iterator[tuple[str, list[tuple[str, str, str]]]]:
    """Every metric of *query* with the labels, operators and values that it is chosen by."""
    for name, chosen in re.findall(r"\b(codex_quota_\w+)(?:\{([^}]*)\})?", query):
        yield name, re.findall(r"(\w+)\s*(=~|!~|!=|=)\s*\"([^\"]*)\"", chosen)


def rows(heading: str) -> list[list[str]]:
    """The cells of the first table below *heading*."""
    section = re.split(rf"^##+ {heading}$", PAGE, flags=re.M)[1]
    table = re.findall(r"(?:^\|.*\n)+", section, flags=re.M)[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]


def test_the_table_has_every_metric_with_its_type_and_its_labels() -> None:
    shown = [(name, kind, re.findall(r"`(\w+)`", labels)) for name, kind, labels, _ in rows("Metrics")]
    assert shown == [(f"`{metric.name}`", metric.kind, list(metric.labels)) for metric in METRICS]


def test_the_table_says_what_the_format_leaves_out() -> None:
    said = [name for name, _, _, meaning in rows("Metrics") if "not in the format" in meaning]
    assert said == [f"`{metric.name}`" for metric in METRICS if metric.kind == "counter"]


def test_the_page_has_every_code() -> None:
    (line,) = re.findall(r"^`bad_payload`.*$", PAGE, flags=re.M)
    assert re.findall(r"`(\w+)`", line) == list(ERROR_CODES)


def test_the_page_has_every_label() -> None:
    explained = {name.strip("`") for name, _ in rows("Labels")}
    assert explained == {"account", "limit", "window"}
    assert set().union(*LABELS.values()) - explained == {"plan", "code", "limited_by", "outcome"}


def test_the_page_has_every_alert_with_its_severity() -> None:
    shown = [(name.strip("`"), severity) for name, _, severity in rows("Alerts")]
    assert shown == [(rule["alert"], rule["labels"]["severity"]) for rule in RULES]


def test_the_page_links_to_the_files() -> None:
    assert sorted(re.findall(r"\]\((grafana/[^)]*)\)", PAGE)) == ["grafana/codex-quota.json", "grafana/codex-quota.rules.yml"]
    assert {path.name for path in (HOW_TO / "grafana").iterdir()} == {"codex-quota.json", "codex-quota.rules.yml"}


def test_every_piece_of_configuration_on_the_page_is_one() -> None:
    pieces = [yaml.safe_load(block) for block in re.findall(r"^```yaml\n(.*?)^```$", PAGE, flags=re.M | re.S)]
    jobs = [job for piece in pieces for job in piece.get("scrape_configs", [])]
    assert [piece["rule_files"] for piece in pieces if "rule_files" in piece] == [["codex-quota.rules.yml"]]
    assert [job["static_configs"][0]["targets"] for job in jobs] == [
        ["127.0.0.1:8081"],
        ["127.0.0.1:8081"],
        ["codex-quota:8081"],
        ["quota.example.com"],
    ]
    assert [(job.get("metrics_path"), job.get("authorization")) for job in jobs] == [
        (None, None),
        (None, {"credentials_file": "/etc/prometheus/codex-quota.token"}),
        (None, None),
        ("/quota/metrics", None),
    ]


@pytest.mark.parametrize("query", QUERIES)
def test_every_query_names_metrics_and_labels_that_exist(query: str) -> None:
    found = list(selectors(query))
    assert found
    for name, chosen in found:
        assert name in LABELS
        assert {label for label, _, _ in chosen} - LABELS[name] - OF_ANY_TARGET == set()
    grouped = {
        label
        for group in re.findall(r"\b(?:by|on|without|group_left)\s*\(([^)]*)\)", query)
        for label in re.split(r",\s*", group)
    }
    assert grouped - set().union(*(LABELS[name] for name, _ in found)) - OF_ANY_TARGET == set()


@pytest.mark.parametrize("query", QUERIES)
def test_every_value_that_a_query_names_can_occur(query: str) -> None:
    known = {"code": set(ERROR_CODES), "window": WINDOWS, "limit": {"codex"}, "outcome": {"200", "429"}}
    named = [(label, value) for _, chosen in selectors(query) for label, _, text in chosen for value in text.split("|")]
    assert [(label, value) for label, value in named if label in known and value not in known[label]] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_the_words_of_an_alert_name_labels_that_it_has(rule: dict[str, Any]) -> None:
    words = " ".join(rule["annotations"].values())
    there = set().union(OF_ANY_TARGET, *(LABELS[name] for name, _ in selectors(rule["expr"])))
    assert set(re.findall(r"\$labels\.(\w+)", words)) - there == set()
    assert set(re.findall(r"codex_quota_\w+", words)) - set(LABELS) == set()


def test_the_alert_about_a_sign_in_knows_all_that_can_be_wrong_with_one() -> None:
    public = [getattr(codex_quota, name) for name in codex_quota.__all__]
    broken = {one.code for one in public if isinstance(one, type) and issubclass(one, codex_quota.CredentialError)}
    broken |= {codex_quota.UnauthorizedError.code, codex_quota.WorkspaceDeactivatedError.code}
    alternatives = [
        text for rule in RULES for _, chosen in selectors(rule["expr"]) for label, _, text in chosen if label == "code"
    ]
    assert [set(text.split("|")) for text in alternatives] == [broken, broken]


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel["title"])
def test_the_legends_of_a_panel_name_labels_of_its_metrics(panel: dict[str, Any]) -> None:
    for target in panel["targets"]:
        there = set().union(OF_ANY_TARGET, *(LABELS[name] for name, _ in selectors(target["expr"])))
        assert set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"])) - there == set()
        assert target["datasource"] == panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}


def test_the_variables_of_the_board_are_those_that_its_queries_use() -> None:
    used = set(re.findall(r"\$(\w+)|\$\{(\w+)\}", json.dumps(BOARD)))
    names = {variable["name"] for variable in BOARD["templating"]["list"]}
    assert {first or second for first, second in used} == names | {"__all", "__rate_interval"}


def test_the_panels_do_not_lie_on_each_other() -> None:
    cells = [
        (x, y)
        for place in (panel["gridPos"] for panel in PANELS)
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24
    assert len({panel["id"] for panel in PANELS}) == len(PANELS)
