"""Signals as a terminal gives them, wherever the tests are started.

A shell starts what it puts into the background with Ctrl-C ignored, and `nohup` with a hang-up ignored; programs that
the tests start would inherit that, and rightly ignore what the tests send them.
"""

import signal


def pytest_configure() -> None:
    """Let signals that were ignored when we were started do what they do."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGQUIT):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
