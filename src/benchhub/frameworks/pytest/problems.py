"""The doubts a reader of pytest can have, listed: docs/reference/parse.md is made from here."""

PROBLEM_KINDS = {
    "collection-error": "pytest could not collect a file: its tests did not run.",
    "internal-error": "pytest itself failed; the text is its traceback.",
    "pytest-failed": "pytest ended before any test: its complaint is the text.",
    "died": "The Python that ran the tests died while one ran; that test is `error` with the flag `crashed`.",
    "not-run": "Tests that were collected did not run: pytest stopped early, or it died.",
    "no-numbers": "Benchmarks passed, and pytest-benchmark wrote no numbers: it was switched off, or Python died.",
    "no-tests": "pytest found nothing to run.",
}

UNREAD_KINDS = {
    "not-an-event": "A line in a file of pytest events is none.",
    "not-pytest-output": "A file is neither events of pytest, nor JSON of pytest-benchmark, nor what pytest prints.",
    "not-a-benchmark": "An entry in the JSON of pytest-benchmark, or all of it, is not as it should be.",
    "newer-format": "The events are of a newer BenchHub: what is understood is read.",
}
