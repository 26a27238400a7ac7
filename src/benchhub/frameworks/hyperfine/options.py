"""The ``with`` keys of ``hyperfine``."""

from typing import Annotated

import msgspec

Scalar = str | int | float
Count = Annotated[int, msgspec.Meta(ge=1)]


class HyperfineOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What hyperfine is told.

    Attributes:
        commands: As hyperfine takes them: split into words, or given to the shell.
        names: One for all commands, or one for each; what a case is called.
        parameters: Name to values; every combination is measured.
        scan: Name to `[from, to]` or `[from, to, step]`; instead of `parameters`.
        setup: Before the runs of each command.
        prepare: Before each run; one for all commands, or one for each.
        conclude: After each run; one for all commands, or one for each; from hyperfine 1.19.
        cleanup: After the runs of each command.
        warmup: Runs before the first one that counts.
        runs: Exactly so many of each command, hence samples in one run of ours.
        min_runs: At least so many.
        max_runs: At most so many.
        shell: `none`, `default`, or a shell with its flags. Where it is not said, hyperfine 1 takes `sh` and subtracts
            its start, hyperfine 2 takes none.
        ignore_failure: Go on after a run that failed, and tell it. A list of exit codes: those mean success.
        input: A file for the commands' standard input.
        output: `null`, `pipe`, `inherit` or a file.
        flags: More flags, as they are.
        program: hyperfine itself.
    """

    commands: list[str] = []
    names: list[str] = []
    parameters: dict[str, list[Scalar]] = {}
    scan: dict[str, list[Scalar]] = {}
    setup: str = ""
    prepare: list[str] = []
    conclude: list[str] = []
    cleanup: str = ""
    warmup: Annotated[int, msgspec.Meta(ge=0)] | None = None
    runs: Count | None = None
    min_runs: Count | None = None
    max_runs: Count | None = None
    shell: str = ""
    ignore_failure: bool | list[int] = False
    input: str = ""
    output: str = ""
    flags: list[str] = []
    program: str = "hyperfine"
