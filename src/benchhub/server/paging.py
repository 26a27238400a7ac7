"""Paging: how many rows an answer holds, and a word that says where the next one begins."""

import base64
from collections.abc import Sequence
from typing import Any

import msgspec
from connectrpc.code import Code

from benchhub.server.wire_errors import refusal
from benchhub.store.browse import Window

DEFAULT_ROWS = 100
ROWS_MAX = 1_000


def window_of(request: Any, *kinds: type) -> Window:  # noqa: ANN401 -- a message with page_size and page_token
    """Return what a request asks for; who may see it is said later.

    Args:
        request: With ``page_size`` and ``page_token``.
        kinds: Of the values that the list is ordered by.

    Raises:
        ConnectError: The token is none of ours.
    """
    count = min(request.page_size or DEFAULT_ROWS, ROWS_MAX)
    if not request.page_token:
        return Window(None, count)
    try:
        after = msgspec.json.decode(base64.urlsafe_b64decode(request.page_token), type=tuple[kinds])  # type: ignore[valid-type]  # made here
    except (ValueError, msgspec.MsgspecError) as error:
        what = f"`page_token` `{request.page_token[:80]}` is none of this list's"
        raise refusal(Code.INVALID_ARGUMENT, what, "take `next_page_token` of the page before") from error
    return Window(None, count, after)


def page_of(rows: Sequence[dict[str, Any]], window: Window, *keys: str) -> tuple[Sequence[dict[str, Any]], str]:
    """Return the rows of a page, and the token of the next one, empty on the last.

    Args:
        rows: One more than the page holds, when there are more.
        window: What was asked for.
        keys: Columns that the list is ordered by.
    """
    page = rows[: window.count]
    if len(rows) <= window.count:
        return page, ""
    last = msgspec.json.encode([page[-1][key] for key in keys])
    return page, base64.urlsafe_b64encode(last).decode()
