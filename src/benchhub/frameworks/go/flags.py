"""Flags of `go test`: which belong to the build and which to the test binary.

Source: ``go help build``, ``go help testflag`` of Go 1.19 to 1.27.
"""

from collections.abc import Sequence

import msgspec

BINARY_SWITCHES = frozenset({"benchmem", "failfast", "fullpath", "short", "v", "artifacts"})
BINARY_VALUES = frozenset(
    {
        *("bench", "benchtime", "blockprofile", "blockprofilerate", "count", "coverprofile", "cpu", "cpuprofile"),
        *("fuzz", "fuzzminimizetime", "fuzztime", "list", "memprofile", "memprofilerate", "mutexprofile"),
        *("mutexprofilefraction", "outputdir", "parallel", "run", "shuffle", "skip", "timeout", "trace"),
    }
)
BUILD_SWITCHES = frozenset(
    {"a", "asan", "buildvcs", "cover", "i", "linkshared", "modcacherw", "msan", "n", "race", "trimpath", "work", "x"}
)
BUILD_VALUES = frozenset(
    {
        *("C", "asmflags", "buildmode", "compiler", "covermode", "coverpkg", "exec", "gccgoflags", "gcflags"),
        *(
            "installsuffix",
            "ldflags",
            "mod",
            "modfile",
            "o",
            "overlay",
            "p",
            "pgo",
            "pkgdir",
            "tags",
            "toolexec",
            "vet",
        ),
    }
)


class Flags(msgspec.Struct, frozen=True):
    """A command line of `go test`, sorted.

    Attributes:
        build: For the compiler: they change what runs.
        binary: For the test binary, with the prefix ``-test.``.
        own: For the program's own flags, as written.
        packages: Words that are no flags.
    """

    build: tuple[str, ...] = ()
    binary: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()

    def value_of(self, name: str) -> str | None:
        """Return the value of a flag of the test binary, the last one given; ``None`` when it is not."""
        beginning = f"-test.{name}="
        values = [word[len(beginning) :] for word in self.binary if word.startswith(beginning)]
        return values[-1] if values else None


def sort_flags(words: Sequence[str]) -> Flags:
    """Return the words of a `go test` command line, sorted as `go test` does it."""
    build: list[str] = []
    binary: list[str] = []
    own: list[str] = []
    packages: list[str] = []
    waiting = list(words)
    while waiting:
        word = waiting.pop(0)
        if word in {"-args", "--args"}:
            own += waiting
            break
        if not word.startswith("-") or word == "-":
            # Behind a flag that Go does not know stand its value and the program's own words.
            (own or packages).append(word)
            continue
        name, equals, value = word.lstrip("-").partition("=")
        name = name.removeprefix("test.")
        takes_value = name in BINARY_VALUES or name in BUILD_VALUES
        if takes_value and not equals and waiting:
            equals, value = "=", waiting.pop(0)
        if name in BINARY_VALUES or name in BINARY_SWITCHES:
            binary.append(f"-test.{name}{equals}{value}")
        elif name in BUILD_VALUES or name in BUILD_SWITCHES:
            build.append(f"-{name}{equals}{value}")
        else:
            own.append(word)
    return Flags(tuple(build), tuple(binary), tuple(own), tuple(packages))
