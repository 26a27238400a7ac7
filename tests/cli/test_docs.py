"""What people can see is documented, and what is documented is so."""

import ast
import importlib.util
import json
import re
import tomllib
from pathlib import Path
from types import ModuleType

import jsonschema  # type: ignore[import-untyped]  # has no types of its own
import pytest

from benchhub.cli import exit_codes
from benchhub.cli.entry import VERBS
from benchhub.workspace.config import decode_config

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
SOURCE = ROOT / "src" / "benchhub"
PAGES = sorted([*DOCS.rglob("*.md"), *(ROOT / name for name in ("README.md", "CHANGELOG.md"))])


def _load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


generate = _load(DOCS / "generate.py")
Pages = dict[str, str]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Pages:
    """Return the pages as the code says them now."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        pages: Pages = generate.pages()
    return pages


def test_made_pages_are_what_the_code_says(made: Pages) -> None:
    for name, text in made.items():
        path = DOCS / name
        written = path.read_text(encoding="utf-8") if path.exists() else ""
        assert written == text, f"docs/{name} is out of date: run `make docs`"


def test_no_page_of_the_reference_is_left_over(made: Pages) -> None:
    assert {f"reference/{path.name}" for path in (DOCS / "reference").iterdir()} <= set(made)


def test_the_json_schemas_are_schemas(made: Pages) -> None:
    for name, text in made.items():
        if name.endswith(".json"):
            jsonschema.Draft202012Validator.check_schema(json.loads(text))


def test_every_exit_code_has_a_meaning_and_a_place(made: Pages) -> None:
    codes = {value for name, value in vars(exit_codes).items() if name.isupper() and isinstance(value, int)}
    assert codes == set(exit_codes.MEANINGS)
    assert set(exit_codes.PRECEDENCE) == codes - {exit_codes.OK, exit_codes.USAGE}
    assert all(f"| `{code}` |" in made["reference/exit-codes.md"] for code in codes)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_is_documented_with_examples_and_its_json(verb: str, made: Pages) -> None:
    section = made["reference/cli.md"].partition(f"\n## bh {verb}\n")[2].partition("\n## ")[0]
    assert f"bh {verb}" in section.partition("examples:")[2]
    assert "--json prints" in section


def _constants(functions: set[str], pattern: str) -> set[str]:
    """Return the words of that form that a framework of ours hands to a function of these names."""
    return {
        word.value
        for path in (SOURCE / "frameworks").rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and getattr(call.func, "id", getattr(call.func, "attr", "")) in functions
        for word in call.args
        if isinstance(word, ast.Constant) and isinstance(word.value, str) and re.fullmatch(pattern, word.value)
    }


def test_every_kind_that_a_reader_says_is_documented() -> None:
    kebab = r"[a-z]+(-[a-z0-9]+)+"
    problems = _constants({"Problem", "_problem", "_doubt"}, kebab)
    assert problems
    assert problems <= set(generate.problem_kinds())
    unread = _constants({"Unread", "_unread"}, kebab)
    assert unread
    assert unread <= set(generate.unread_kinds())


def _links(page: Path) -> list[str]:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    return [link for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_inside_the_repository_leads_somewhere(page: Path) -> None:
    for link in _links(page):
        name, _, anchor = link.partition("#")
        goal = (page.parent / name).resolve() if name else page
        assert goal.exists(), f"{page.name} links to {link}"
        assert not anchor or anchor in _anchors(goal), f"{page.name} links to {link}"


def test_every_decision_is_in_the_index() -> None:
    index = (DOCS / "decisions" / "README.md").read_text(encoding="utf-8")
    pages = {path.name for path in (DOCS / "decisions").glob("[0-9]*.md")}
    assert pages
    assert pages == set(re.findall(r"\((\d{4}-[^)]+)\)", index))


def _code_blocks(language: str) -> list[tuple[str, str]]:
    return [
        (page.name, block)
        for page in PAGES
        for block in re.findall(
            rf"^```{language}\n(.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
        )
    ]


def test_every_configuration_in_the_pages_is_a_configuration(made: Pages) -> None:
    blocks = [(name, block) for name, block in _code_blocks("toml") if "[project" not in block]
    assert blocks
    schema = json.loads(made["reference/bh.schema.json"])
    for name, block in blocks:
        assert decode_config(block, f"{name} bh.toml") is not None
        jsonschema.validate(tomllib.loads(block), schema)


def test_every_command_in_the_pages_has_words_that_exist(made: Pages) -> None:
    commands = [
        (name, line.strip().removeprefix("$ "))
        for name, block in [*_code_blocks("sh"), *_code_blocks("console")]
        for line in block.splitlines()
        if line.strip().removeprefix("$ ").startswith("bh ")
    ]
    assert commands
    for name, line in commands:
        words = line.partition("  #")[0].split(" -- ")[0].split()
        assert words[1] in VERBS or words[1].startswith("-"), f"{name}: {line}"
        section = made["reference/cli.md"].partition(f"\n## bh {words[1]}\n")[2].partition("\n## ")[0]
        known = set(re.findall(r"--?[a-z][\w-]*", section + made["reference/cli.md"].partition("## bh ")[0]))
        options = {word.partition("=")[0] for word in words[2:] if re.fullmatch(r"--?[a-z][\w-]*(=.*)?", word)}
        assert options <= known, f"{name}: {line}"
