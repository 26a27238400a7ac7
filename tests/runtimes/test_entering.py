"""Entering a control group: what the kernel does ahead for it changes nothing."""

import threading
from pathlib import Path

import pytest

from benchhub.probes.group import enter_soon, make_group


def ours() -> str:
    return Path("/proc/self/cgroup").read_text()


def test_getting_ready_moves_nobody() -> None:
    before = ours()
    enter_soon()
    for thread in set(threading.enumerate()) - {threading.main_thread()}:
        thread.join()
    assert ours() == before


def test_who_has_entered_is_inside_with_nobody_beside() -> None:
    group = make_group()
    if group is None:
        pytest.skip("no group can be made here")
    home, threads = ours(), threading.enumerate()
    enter_soon()
    try:
        group.enter()
        assert threading.enumerate() == threads
        assert ours() != home
    finally:
        group.leave()
        group.close()
    assert ours() == home
