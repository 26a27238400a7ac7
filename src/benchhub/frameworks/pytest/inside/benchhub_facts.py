"""Says what a Python has for running tests, as JSON; run by that Python, in the words of Python 3.7."""
# ruff: noqa: INP001, T201 -- a script

from __future__ import annotations

import importlib.util
import json
import os
import platform
import sys

PACKAGES = ("pytest", "pytest-benchmark", "pytest-xdist", "pytest-cov")
MODULES = {
    "pytest": "pytest",
    "pytest-benchmark": "pytest_benchmark",
    "pytest-xdist": "xdist",
    "pytest-cov": "pytest_cov",
}


def main() -> None:
    """Print version and place of this Python, and the versions of its packages, ``null`` where there is none."""
    facts = {
        "executable": sys.executable,
        "version": platform.python_version(),
        "implementation": platform.python_implementation(),
        "path": os.environ.get("PYTHONPATH", ""),
        "packages": {name: version_of(name) for name in PACKAGES},
    }
    print(json.dumps(facts))


def version_of(name: str) -> str | None:
    """Return the version of a package; ``"?"`` for one that is there and does not say."""
    if importlib.util.find_spec(MODULES[name]) is None:
        return None
    try:
        from importlib import metadata  # noqa: PLC0415 -- from Python 3.8

        return metadata.version(name)
    except Exception:  # noqa: BLE001 -- whatever a broken installation raises, the package is there
        return "?"


if __name__ == "__main__":
    main()
