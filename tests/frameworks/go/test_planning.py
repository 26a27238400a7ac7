"""Command lines of `go`, without `go`."""

import json
from typing import Any

import msgspec
import pytest

from benchhub.errors import UserError
from benchhub.frameworks.go import GOBENCH, GOTEST
from benchhub.frameworks.go.flags import sort_flags
from benchhub.frameworks.go.planning import cpu_is_given
from benchhub.model.place import Target
from benchhub.plugin.contract import Framework, Plan, PlanRequest, Step

HERE = "/src/sorting"
ENVIRONMENT = {"GOVERSION": "go1.26.8", "GOOS": "linux", "GOARCH": "amd64", "GOFLAGS": "-mod=mod", "GOEXPERIMENT": ""}


def listed(*paths: str, tests: bool = True) -> bytes:
    packages = [
        {
            "ImportPath": f"example.com/sorting{path}",
            "Dir": f"{HERE}{path}",
            **({"TestGoFiles": ["x_test.go"]} if tests else {}),
        }
        for path in paths
    ]
    return "\n".join(json.dumps(package, indent=2) for package in packages).encode()


def planned(
    framework: Framework,
    *arguments: str,
    runs: int = 1,
    filters: tuple[str, ...] = (),
    packages: bytes = b"",
    version: str = "go1.26.8",
    env: dict[str, str] | None = None,
    **options: Any,  # noqa: ANN401 -- the options of either framework
) -> Plan:
    target = Target("x", "", framework.name, options=options, env=env or {}, filters=filters)
    request = PlanRequest(
        target,
        framework.options(**options),
        HERE,
        runs=runs,
        arguments=arguments,
        scratch="/scratch",
        answers={
            "environment": json.dumps({**ENVIRONMENT, "GOVERSION": version}).encode(),
            "modules": f"example.com/m\t{HERE}\n".encode(),
            **({"packages": packages} if packages else {}),
        },
    )
    return framework.plan(request)


def command(plan: Plan) -> str:
    (step,) = plan.steps
    return typed(step)


def typed(step: Step) -> str:
    """Return what a person would type: without what tells programs from each other."""
    return " ".join(word for word in step.argv if "{part}" not in word)


def test_one_run_of_benchmarks_is_one_go_test_without_gos_time_limit() -> None:
    assert command(planned(GOBENCH)) == "go test -json -run=^$ -bench=. -count=1 -timeout=0 -benchmem ./..."


def test_one_run_of_tests_never_comes_out_of_gos_cache() -> None:
    assert command(planned(GOTEST)) == "go test -json -count=1 ./..."


def test_options_become_flags() -> None:
    bench = planned(
        GOBENCH, bench="Sort", count=3, benchtime="10x", benchmem=False, cpu="1,2", tags=["a", "b"], race=True
    )
    assert command(bench) == (
        "go test -json -race -tags=a,b -run=^$ -bench=Sort -count=3 -timeout=0 -benchtime=10x -cpu=1,2 ./..."
    )
    test = planned(GOTEST, run="A", skip="B", short=True, timeout="5m", flags=["-v"])
    assert command(test) == "go test -json -count=1 -run=A -skip=B -short -timeout=5m -v ./..."


def test_the_users_words_come_last_and_so_win() -> None:
    assert command(planned(GOBENCH, "./fast", "-count", "5", "-custom", "7")).endswith(
        "-count=1 -timeout=0 -benchmem -count=5 ./fast -args -custom 7"
    )


def test_a_path_of_the_user_becomes_the_packages() -> None:
    assert command(planned(GOBENCH, filters=("./a", "./b/..."))).endswith(" ./a ./b/...")


def test_what_is_skipped_is_taken_from_the_list_of_packages() -> None:
    plan = planned(GOBENCH, filters=("-./slow/...",), packages=listed("", "/slow", "/slow/er", "/slower"))
    assert command(plan).endswith(" example.com/sorting example.com/sorting/slower")


def test_several_runs_build_once_and_start_each_binary_in_its_packages_directory() -> None:
    plan = planned(GOBENCH, "-race", "-count=2", runs=10, packages=listed("", "/deep"))
    (build,) = plan.build
    assert build.argv == (
        "go",
        "test",
        "-c",
        "-race",
        "-o",
        "/scratch/0/",
        "example.com/sorting",
        "example.com/sorting/deep",
    )
    assert build.may_fail
    assert [step.cwd for step in plan.steps] == [HERE, f"{HERE}/deep"]
    words = plan.steps[1].argv
    begin = ("go", "tool", "test2json", "-t", "-p", "example.com/sorting/deep", "{part}", "/scratch/0/deep.test")
    assert words[:8] == begin
    assert "-test.v=test2json" in words
    assert words[-1] == "-test.count=2"
    assert "-race" not in words


def test_each_test_binary_is_started_apart_and_named_by_its_package() -> None:
    (step,) = planned(GOTEST).steps
    assert "-exec={part}" in step.argv
    assert step.parts == {HERE: "example.com/m"}
    built_once = planned(GOBENCH, runs=2, packages=listed("", "/deep"))
    assert [one.parts for one in built_once.steps] == [
        {HERE: "example.com/sorting"},
        {f"{HERE}/deep": "example.com/sorting/deep"},
    ]


@pytest.mark.parametrize(("words", "environment"), [(("-exec", "nice"), {}), ((), {"GOFLAGS": "-exec=nice"})])
def test_a_launcher_of_the_users_own_is_left_alone(words: tuple[str, ...], environment: dict[str, str]) -> None:
    with_launcher = {"environment": json.dumps({**ENVIRONMENT, "GOVERSION": "go1.26.8", **environment}).encode()}
    request = PlanRequest(Target("x", "", "gotest"), GOTEST.options(), HERE, arguments=words)
    plan = GOTEST.plan(msgspec.structs.replace(request, answers={**with_launcher, "modules": b""}))
    (step,) = plan.steps
    assert not any("{part}" in word for word in step.argv)


def test_counting_instructions_fixes_how_often_a_benchmark_runs() -> None:
    request = PlanRequest(
        Target("x", "", "gobench"),
        GOBENCH.options(),
        HERE,
        is_counting_instructions=True,
        answers={"environment": json.dumps({**ENVIRONMENT, "GOVERSION": "go1.26.8"}).encode(), "modules": b""},
    )
    (step,) = GOBENCH.plan(request).steps
    assert "-benchtime=100x" in step.argv
    assert step.env["GOMAXPROCS"] == "1"
    own = msgspec.structs.replace(request, options=GOBENCH.options(benchtime="7x"))
    (step,) = GOBENCH.plan(own).steps
    assert "-benchtime=7x" in step.argv


def test_packages_of_one_name_are_built_apart() -> None:
    plan = planned(GOBENCH, runs=2, packages=listed("/a/x", "/b/x", "/c"))
    assert [[word for word in step.argv if "sorting" in word] for step in plan.build] == [
        ["example.com/sorting/a/x", "example.com/sorting/c"],
        ["example.com/sorting/b/x"],
    ]
    assert [next(w for w in step.argv if w.startswith("/scratch")) for step in plan.steps] == [
        "/scratch/0/x.test",
        "/scratch/0/c.test",
        "/scratch/1/x.test",
    ]


def test_the_binary_of_a_major_version_bears_the_name_above_it() -> None:
    plan = planned(GOBENCH, runs=2, packages=listed("/queue/v2"))
    assert "/scratch/0/queue.test" in plan.steps[0].argv


def test_old_go_builds_one_package_at_a_time_and_marks_no_frames() -> None:
    plan = planned(GOBENCH, runs=2, packages=listed("", "/deep"), version="go1.19.8")
    assert [step.argv[4] for step in plan.build] == ["/scratch/0.test", "/scratch/1.test"]
    assert "-test.v=true" in plan.steps[0].argv


def test_packages_without_tests_are_not_built() -> None:
    packages = listed("") + listed("/cmd", tests=False)
    assert len(planned(GOTEST, runs=2, packages=packages).steps) == 1
    with pytest.raises(UserError, match="no package of `//:x` has tests"):
        planned(GOTEST, runs=2, packages=listed("/cmd", tests=False))


def test_what_decides_results_is_told() -> None:
    plan = planned(GOBENCH, "-gcflags=-N", env={"GOGC": "off"})
    assert plan.toolchain == "go1.26.8"
    assert plan.tool_version == "1.26.8"
    assert plan.class_facts == {
        "GOOS": "linux",
        "GOARCH": "amd64",
        "GOFLAGS": "-mod=mod",
        "build_flags": "-gcflags=-N",
        "GOGC": "off",
    }
    assert "GOMAXPROCS" in plan.variables


def test_where_go_does_not_answer_the_user_is_told_so() -> None:
    request = PlanRequest(Target("x", "", "gobench"), GOBENCH.options(), HERE, answers={"environment": b""})
    with pytest.raises(UserError, match="`go env` does not answer"):
        GOBENCH.plan(request)


def test_flags_are_sorted_as_go_test_does_it() -> None:
    flags = sort_flags(["-v", "-run", "A B", "--tags=x", "-ldflags", "-s -w", "./a", "-short", "-args", "-run", "mine"])
    assert flags.binary == ("-test.v", "-test.run=A B", "-test.short")
    assert flags.build == ("-tags=x", "-ldflags=-s -w")
    assert flags.packages == ("./a",)
    assert flags.own == ("-run", "mine")
    assert flags.value_of("run") == "A B"
    assert sort_flags(["-count"]).binary == ("-test.count",)


def test_a_binary_that_is_asked_for_is_made_once_and_changes_nothing() -> None:
    assert "-o=/x/y.test" in command(planned(GOBENCH, "-o", "/x/y.test"))
    plan = planned(GOBENCH, "-o", "/x/y.test", runs=2, packages=listed(""))
    assert "-o=/x/y.test" not in plan.build[0].argv
    assert "build_flags" not in plan.class_facts


@pytest.mark.parametrize(
    ("options", "arguments", "expected"),
    [
        ({}, (), None),
        ({"cpu": None}, (), False),
        ({"cpu": "1,2"}, (), True),
        ({"cpu": None}, ("-cpu", "4"), True),
        ({"cpu": None, "flags": ["-cpu=2"]}, (), True),
        ({"flags": "nonsense"}, (), False),
    ],
)
def test_whether_cpu_was_given_is_known_from_the_command(
    options: dict[str, Any],
    arguments: tuple[str, ...],
    expected: bool | None,  # noqa: FBT001 -- pytest's parameter
) -> None:
    assert cpu_is_given(options, arguments) is expected
