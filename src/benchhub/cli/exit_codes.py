"""What `bh` ends with; the reference page is made from this table."""

OK = 0
FAILED = 1
USAGE = 2
NOT_KEPT = 4
NOTHING_MATCHED = 5
NOTHING_RAN = 6
TIMEOUT = 124
INTERRUPTED = 130

MEANINGS = {
    OK: "ok",
    FAILED: "a test or benchmark failed",
    USAGE: "the words or the configuration are wrong, or a name does not exist",
    NOT_KEPT: "the database failed; results wait in the spool and are kept by a later command",
    NOTHING_MATCHED: "a pattern or filter matched nothing, or no case ran: zero is not success",
    NOTHING_RAN: "the tool could not be started or built, and nothing ran",
    TIMEOUT: "a time limit ended something that ran",
    INTERRUPTED: "interrupted; what had run is kept",
}

PRECEDENCE = (INTERRUPTED, TIMEOUT, NOTHING_RAN, FAILED, NOTHING_MATCHED, NOT_KEPT)
"""When several hold, the first of these."""
