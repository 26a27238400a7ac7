"""What the reader finds doubtful; the reference page is made from this table."""

from benchhub.model.record import Problem

PROBLEM_KINDS = {
    "build-failed": "A package or its tests did not compile; the text is the compiler's.",
    "setup-failed": "A package could not be loaded: a missing import, a cycle, a missing folder.",
    "package-failed": "A package failed though none of its cases did: os.Exit, log.Fatal, TestMain.",
    "tool-error": "`go` itself complained.",
    "contained-failure": "Cases failed inside a package that passed: tests that run other tests and want them to fail.",
    "panic": "A test or benchmark panicked; the text is the panic and its stack.",
    "race": "The race detector found a data race.",
    "timeout": "Go's or BenchHub's time limit ended a package.",
    "unfinished-case": "A case began and never ended.",
    "unfinished-suite": "The output ends before the package does: it was cut, or the run was killed.",
    "non-finite": "A benchmark reported NaN or an infinity: kept as printed, never counted.",
    "imitated-result": "A line looks like a benchmark's result, but a program printed it: refused.",
    "imitated-outcome": "A line looks like a test's outcome, but a program printed it: refused.",
    "ambiguous-suffix": "Whether `-N` at the end of names is GOMAXPROCS cannot be told from the names alone: "
    "it is taken as such where all names of the package share it, else it stays in the name.",
    "fuzz-failure": "The fuzzer found an input that fails; the text says where Go wrote it.",
    "invalid-utf8": "The output holds bytes that are no UTF-8: replaced in records, kept in the raw output.",
}

UNREAD_KINDS = {
    "not-json": "Among JSON events stands a line that is none, and neither the compiler nor `go` wrote it.",
    "unknown-action": "An event has an action that Go 1.19 to 1.27 does not write.",
    "not-go-output": "A whole stream is neither events nor text of `go test`.",
}

BAD_UTF8 = Problem("invalid-utf8", "stdout", "replaced in records, kept in the raw output")
