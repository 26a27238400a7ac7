"""Writes down what pytest tells its plug-ins: one line of JSON for each event, as it happens.

Loaded by ``-p benchhub_pytest`` into the Python that runs the tests, which is not ours: nothing but the standard
library and pytest 6 or newer is used, in the words of Python 3.7. What was written stays when the process dies.

::

    pytest -p benchhub_pytest --benchhub-events=FILE [--benchhub-only=tests|benchmarks]

``FORMAT`` is raised when a reader of older lines would misunderstand new ones.
"""
# ruff: noqa: INP001, ANN001, ANN201, ANN202, ANN401, PTH123 -- no package; the hooks of many versions of pytest
# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from __future__ import annotations

import ast
import json
import os
import platform
import signal
import sys
import threading
from typing import Any

import pytest

FORMAT = 1

TEXT_CHARACTERS_MAX = 64_000
"""Of a failure's text, and of each section of captured output; the end is kept, and how much there was."""

WARNINGS_MAX = 1_000

_WORKER = "workerinput"
"""What the configuration of a worker of pytest-xdist has: it tells its reports to the process that started it."""


def pytest_addoption(parser):
    """Declare our own options."""
    group = parser.getgroup("benchhub")
    group.addoption("--benchhub-events", default=None, help="Write what happens into this file.")
    group.addoption("--benchhub-only", default=None, choices=("tests", "benchmarks"), help="Leave out the others.")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    """Take note from here on."""
    if config.getoption("benchhub_only") == "benchmarks" and hasattr(config.option, "benchmark_skip"):
        config.option.benchmark_skip = False  # A project's own `addopts` may skip what is asked for here.
    path = config.getoption("benchhub_events")
    is_worker = hasattr(config, _WORKER)
    if path and not is_worker:
        config.pluginmanager.register(_Events(path, config), "benchhub-events")
        _Ending.take_over()
    if is_worker:
        config.pluginmanager.register(_Worker(), "benchhub-worker")


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish():
    """Take no second notice of being ended: what is written at the end takes its time."""
    _Ending.wait_for_the_end()


@pytest.hookimpl(tryfirst=True)
def pytest_keyboard_interrupt():
    """Do so after Ctrl-C, too."""
    _Ending.wait_for_the_end()


class _Ending:
    """Lets a session that is ended from outside come to its end, as after Ctrl-C: plug-ins then write what they have.

    Who asks politely (SIGTERM) asks in vain after that, and may use force.
    """

    pid = 0
    is_forking = False

    @classmethod
    def take_over(cls) -> None:
        """Take notice of being ended, unless somebody else does."""
        is_main = threading.current_thread() is threading.main_thread()
        if is_main and signal.getsignal(signal.SIGTERM) == signal.SIG_DFL:
            cls.pid = os.getpid()
            signal.signal(signal.SIGTERM, cls._end)
            if hasattr(os, "register_at_fork"):
                os.register_at_fork(before=cls._before_fork, after_in_parent=cls._after_fork)

    @classmethod
    def _before_fork(cls) -> None:
        # Children die of it at once. To learn there that they are children would be late: what arrives before is lost.
        cls.is_forking = cls._is_heard()
        if cls.is_forking:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)

    @classmethod
    def _after_fork(cls) -> None:
        if cls.is_forking:
            signal.signal(signal.SIGTERM, cls._end)

    @classmethod
    def _is_heard(cls) -> bool:
        is_main = threading.current_thread() is threading.main_thread()
        return is_main and bool(cls.pid) and signal.getsignal(signal.SIGTERM) == cls._end

    @classmethod
    def wait_for_the_end(cls) -> None:
        """Take notice no more."""
        if cls._is_heard():
            signal.signal(signal.SIGTERM, signal.SIG_IGN)

    @classmethod
    def _end(cls, number, _frame) -> None:
        if os.getpid() != cls.pid:  # A child that a thread made: it dies as if we had not been there.
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
            return
        cls.wait_for_the_end()
        why = "ended from outside"
        raise KeyboardInterrupt(why)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    """Leave out tests or benchmarks, whichever were not asked for."""
    only = config.getoption("benchhub_only")
    if not only:
        return
    wanted = [item for item in items if ("benchmark" in getattr(item, "fixturenames", ())) == (only == "benchmarks")]
    if len(wanted) < len(items):
        kept = {id(item) for item in wanted}
        config.hook.pytest_deselected(items=[item for item in items if id(item) not in kept])
        items[:] = wanted


class _Worker:
    """Sends a test's parameters along with its first report."""

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self, item, call):
        outcome = yield
        if call.when == "setup":
            said = _parts(item)
            if said is not None:
                outcome.get_result().benchhub_parts = said


class _Events:
    """Turns hooks into lines."""

    def __init__(self, path: str, config: Any) -> None:
        self._path = path
        self._file = open(path, "ab", buffering=0)  # noqa: SIM115 -- open until the process ends
        self._warnings = 0
        self._config = config

    def pytest_sessionstart(self, session):
        config = session.config
        self._write(
            "start",
            format=FORMAT,
            pytest=pytest.__version__,
            python=platform.python_version(),
            implementation=platform.python_implementation(),
            root=str(getattr(config, "rootpath", None) or config.rootdir),
            plugins=_plugins(config),
        )

    def pytest_collectreport(self, report):
        if not report.passed:
            self._write("collect", node=report.nodeid, outcome=report.outcome, text=_text_of(report))

    def pytest_deselected(self, items):
        self._write("deselected", count=len(items))

    def pytest_collection_finish(self, session):
        for item in session.items:
            fields = {"parts": _parts(item), "bench": "benchmark" in getattr(item, "fixturenames", ())}
            self._write("item", node=item.nodeid, **{name: value for name, value in fields.items() if value})

    def pytest_runtest_logstart(self, nodeid):
        self._write("begin", node=nodeid)

    def pytest_runtest_logfinish(self, nodeid):
        self._write("end", node=nodeid)

    def pytest_runtest_logreport(self, report):
        fields = {
            "node": report.nodeid,
            "when": report.when,
            "outcome": report.outcome,
            "duration_s": report.duration,
        }
        if not report.passed:
            fields["text"] = _text_of(report)
            fields["crash"] = _crash_of(report)
        if report.passed and report.when != "teardown":
            sections = []  # Its teardown brings them all.
        else:
            sections = [(name, _cut(text)) for name, text in report.sections if text]
        optional = {
            "sections": sections,
            "xfail": getattr(report, "wasxfail", None),
            "worker": _worker_of(report),
            "parts": getattr(report, "benchhub_parts", None),
            "subtest": _subtest_of(report),
        }
        fields.update({name: value for name, value in optional.items() if value not in (None, [])})
        self._write("report", **fields)

    def pytest_warning_recorded(self, warning_message, when, nodeid, location):  # noqa: ARG002 -- by name
        self._warnings += 1
        if self._warnings <= WARNINGS_MAX:
            place = f"{warning_message.filename}:{warning_message.lineno}"
            said = f"{warning_message.category.__name__}: {warning_message.message}"
            self._write("warning", node=nodeid, when=when, place=place, text=_cut(said))

    def pytest_internalerror(self, excrepr):
        self._write("internal-error", text=_cut(str(excrepr)))

    def pytest_keyboard_interrupt(self, excinfo):
        self._write("interrupted", text=_cut(f"{excinfo.typename}: {excinfo.value}"))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session, exitstatus):
        why = getattr(session, "shouldfail", False) or getattr(session, "shouldstop", False)
        self._write(
            "finish",
            exit_code=int(exitstatus),
            warnings=self._warnings,
            **({"text": str(why)} if why else {}),
        )

    def _write(self, event: str, **fields: Any) -> None:
        line = json.dumps(dict(event=event, **fields), ensure_ascii=False, default=str) + "\n"
        try:
            self._file.write(line.encode("utf-8", "replace"))
        except OSError as error:
            # Tests go on without us: to end them would be worse than to lose what happens.
            sys.stderr.write(f"benchhub: {self._path}: {error}\n")
            self._config.pluginmanager.unregister(self)


# -- what a report holds -------------------------------------------------------------------------------------------


def _text_of(report) -> str:
    longrepr = report.longrepr
    if isinstance(longrepr, tuple) and len(longrepr) == 3:  # noqa: PLR2004 -- a skip: file, line, reason
        return _cut(str(longrepr[2]))
    return _cut(getattr(report, "longreprtext", None) or (str(longrepr) if longrepr else ""))


def _crash_of(report) -> str:
    crash = getattr(report.longrepr, "reprcrash", None)
    return _cut(getattr(crash, "message", ""))


def _cut(text: str) -> str:
    if len(text) <= TEXT_CHARACTERS_MAX:
        return text
    return f"… {len(text)} characters in all …\n{text[-TEXT_CHARACTERS_MAX:]}"


def _worker_of(report) -> str | None:
    node = getattr(report, "node", None)
    gateway = getattr(node, "gateway", None)
    return getattr(gateway, "id", None)


def _subtest_of(report) -> dict[str, Any] | None:
    """Return what `subtests.test(msg, **kwargs)` was called with; pytest 9 or pytest-subtests."""
    context = getattr(report, "context", None)
    if context is None or not hasattr(context, "kwargs"):
        return None
    # Older versions say of "no message" that it is some object.
    message = context.msg if isinstance(context.msg, str) else None
    kwargs = [[str(name), _cut(_said(value, report))] for name, value in context.kwargs.items()]
    return {"message": message, "kwargs": kwargs}


def _said(value: Any, report) -> str:
    """Return a value as ``repr`` says it; pytest itself has asked that already, for a worker's report twice."""
    if not type(report.context).__module__.startswith("_pytest."):
        return repr(value)
    try:
        return str(ast.literal_eval(value) if _worker_of(report) else value)
    except (ValueError, SyntaxError):
        return str(value)


def _plugins(config) -> list[str]:
    found = {f"{dist.project_name}-{dist.version}" for _, dist in config.pluginmanager.list_plugin_distinfo()}
    return sorted(found)


# -- parameters ----------------------------------------------------------------------------------------------------


def _parts(item) -> list[Any] | None:
    """Return what stands between the brackets of a test's name, one part for each ``parametrize`` or fixture.

    A part is ``[text, names, values]``: the text as in the name, whose parameters it tells, and their values as text
    where these, joined by ``-``, are the text; else ``null``. ``None`` when the brackets cannot be told apart.
    """
    call: Any = getattr(item, "callspec", None)
    texts: list[str] = list(getattr(call, "_idlist", ()))
    if not texts or "-".join(texts) != call.id:
        return None
    groups = _groups(item, list(call.params))
    if len(groups) != len(texts):
        return None
    return [[text, names, _values(text, names, call)] for text, names in zip(texts, groups)]  # noqa: B905 -- Python 3.7


def _groups(item, names: list[str]) -> list[list[str]]:
    """Return the names of parameters as they were declared together, in the order of the test's name."""
    declared: dict[str, tuple[str, ...]] = {}
    for mark in item.iter_markers("parametrize"):
        said = mark.args[0] if mark.args else mark.kwargs.get("argnames", "")
        together = [name.strip() for name in said.split(",")] if isinstance(said, str) else list(said)
        for name in together:
            declared.setdefault(name, tuple(name for name in together if name))
    groups = {declared.get(name, (name,)): None for name in names}
    return [[name for name in group if name in names] for group in groups]


def _values(text: str, names: list[str], call) -> list[str] | None:
    if len(names) == 1:
        return [text]
    values = [value for value in (_value(call.params[name]) for name in names) if value is not None]
    return values if len(values) == len(names) and "-".join(values) == text else None


def _value(value: Any) -> str | None:
    """Return how pytest writes a plain value in a test's name; ``None`` for one that is not plain."""
    if isinstance(value, str):
        return value.encode("unicode_escape").decode("ascii")
    if value is None or isinstance(value, (float, int, bool, complex)):
        return str(value)
    name = getattr(value, "__name__", None)
    return name if isinstance(name, str) else None
