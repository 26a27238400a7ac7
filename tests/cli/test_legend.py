"""What sets lines apart is said of each, what they share once."""

from typing import Any

import pytest

from benchhub.cli.legend import legend

MACHINE = {"architecture": "x86_64", "cpu_model_name": "EPYC", "cpu_stepping": "1", "cores": 1, "memory_bytes": 2**34}


Facts = dict[str, Any]


def _lane(machine: Facts | None = None, environment: Facts | None = None, **own: Any) -> Facts:  # noqa: ANN401 -- facts
    common = {"lane_id": 1, "project": "p", "branch": "main", "dirty": 0, "subject": "", "toolchain": "go1.26.8"}
    return {
        **common,
        **own,
        "machine_class": {**MACHINE, **(machine or {})},
        "environment_class": {"GOARCH": "amd64", **(environment or {})},
    }


def test_what_all_lines_share_is_said_once_and_without_what_nobody_asks_for() -> None:
    shared, apart = legend([_lane(), _lane(environment={"build_flags": "-race"})])
    assert shared == "project p, branch main, clean, EPYC, 1 CPU, 16 GiB memory, go1.26.8"
    assert apart == ["none of these", "-race"]


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (_lane(environment={"build_flags": "-gcflags=-N"}), "-gcflags=-N"),
        (_lane(environment={"GOGC": "50"}), "GOGC=50"),
        (_lane(environment={"GOFLAGS": "-trimpath"}), "GOFLAGS=-trimpath"),
        (_lane(environment={"GOARCH": "386"}), "GOARCH=386"),
        (_lane(machine={"runner": "large"}), "runner large"),
        (_lane(machine={"cores": 4}), "4 CPUs"),
        (_lane(machine={"memory_bytes": 2**35}), "32 GiB memory"),
        (_lane(machine={"cpu_stepping": "2"}), "cpu_stepping=2"),
        (_lane(machine={"virtualisation": "vm"}), "virtualisation=vm"),
        (_lane(branch=""), "branch unknown"),
        (_lane(dirty=1), "dirty"),
        (_lane(subject="postgres"), "subject postgres"),
        (_lane(toolchain=None), "toolchain unknown"),
        (_lane(project="q"), "project q"),
    ],
)
def test_every_fact_in_which_lines_differ_is_said(other: dict[str, Any], said: str) -> None:
    _, (mine, others) = legend([_lane(), other])
    assert others == said
    assert mine != said


def test_nobody_says_clean_where_no_repository_is_known() -> None:
    shared, _ = legend([_lane(branch=""), _lane(branch="", toolchain="go1.19")])
    assert shared == "project p, EPYC, 1 CPU, 16 GiB memory"
