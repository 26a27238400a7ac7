"""What is hidden, and what is not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchhub.workspace.mask import (
    MASK,
    is_secret_name,
    mask_arguments,
    mask_options,
    mask_text,
    mask_variable,
)

SECRET_NAMES = [
    "TOKEN",
    "GITHUB_TOKEN",
    "githubToken",
    "--token",
    "--api-key",
    "apiKey",
    "API_KEY",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_ACCESS_KEY",
    "DB_PASSWORD",
    "PGPASSWORD_FILE_PASSWD",
    "client.secret",
    "Authorization",
    "Set-Cookie",
    "SSH_PRIVATE_KEY",
    "MYSQL_PWD",
    "DB_PASS",
    "-Dpassword",
    "-Djavax.net.ssl.keyStorePassword",
    "GPG_PASSPHRASE",
    "signing-key",
]
OTHER_NAMES = [
    "--max-tokens",
    "--author",
    "--key",
    "key",
    "PATH",
    "GOGC",
    "keyboard",
    "--pass",
    "passes",
    "--tokenizer",
    "SORT_KEY",
    "--password-length",
    "secretary",
    "-DCMAKE_BUILD_TYPE",
    "Data",
    "compass",
    "",
    "123",
]


@pytest.mark.parametrize("name", SECRET_NAMES)
def test_names_of_secrets(name: str) -> None:
    assert is_secret_name(name)
    assert mask_variable(name, "s3cret") == MASK


@pytest.mark.parametrize("name", OTHER_NAMES)
def test_names_of_other_things(name: str) -> None:
    assert not is_secret_name(name)
    assert mask_variable(name, "value") == "value"


@pytest.mark.parametrize(
    ("words", "masked"),
    [
        (["--token", "s3cret", "x"], ["--token", MASK, "x"]),
        (["--token=s3cret"], [f"--token={MASK}"]),
        (["TOKEN=s3cret", "prog"], [f"TOKEN={MASK}", "prog"]),
        (["--token", "--verbose"], ["--token", "--verbose"]),
        (["-H", "Authorization: Bearer s3cret"], ["-H", f"Authorization: {MASK}"]),
        (["-H", "X-Api-Key:s3cret"], ["-H", f"X-Api-Key:{MASK}"]),
        (["https://me:s3cret@host/x"], [f"https://{MASK}@host/x"]),
        (["https://s3cret@host/x"], [f"https://{MASK}@host/x"]),
        (["--url=postgres://me:s3cret@host/db"], [f"--url=postgres://{MASK}@host/db"]),
        (["https://host/x?token=s3cret&n=1"], [f"https://host/x?token={MASK}&n=1"]),
        (["host=h password=s3cret dbname=d"], [f"host=h password={MASK} dbname=d"]),
        (["sh", "-c", "PASSWORD='s3cret' prog -n 1"], ["sh", "-c", f"PASSWORD={MASK}"]),
        (["sh", "-c", "run PASSWORD='two words' -n 1"], ["sh", "-c", f"run PASSWORD='{MASK}' -n 1"]),
        (["-d", '{"user": "me", "password": "s3cret"}'], ["-d", f'{{"user": "me", "password": "{MASK}"}}']),
        (["ghp_" + "a1" * 18], [MASK]),
        (["x", "github_pat_" + "a1" * 18], ["x", MASK]),
        (["key AKIA" + "A1B2" * 4], [f"key {MASK}"]),
        (["-Dpassword=s3cret"], [f"-Dpassword={MASK}"]),
    ],
)
def test_credentials_in_a_command_line(words: list[str], masked: list[str]) -> None:
    assert mask_arguments(words) == tuple(masked)


@pytest.mark.parametrize(
    "words",
    [
        ["go", "test", "-bench", ".", "-count=10", "./..."],
        ["prog", "--max-tokens=100", "--author", "Ada", "-key", "id"],
        ["ssh://git@host/thing.git", "git@host:thing.git"],
        ["https://host:8080/a@b?n=1"],
        ["-DCMAKE_CXX_FLAGS=-O3 -march=native"],
        ["-std=c++20", "a=b=c", "=", "--", "-", ""],
        ["sort", "--key", "2,3"],
    ],
)
def test_a_command_line_without_credentials_stays_as_it_is(words: list[str]) -> None:
    assert mask_arguments(words) == tuple(words)


@settings(deadline=None)
@given(st.lists(st.text(max_size=12), max_size=6))
def test_masking_keeps_the_number_of_words_and_is_done_once(words: list[str]) -> None:
    once = mask_arguments(words)
    assert len(once) == len(words)
    assert mask_arguments(once) == once


@settings(deadline=None)
@given(st.text(max_size=40))
def test_masking_a_text_twice_changes_nothing_more(text: str) -> None:
    assert mask_text(mask_text(text)) == mask_text(text)


def test_options_are_masked_by_name_and_as_command_lines() -> None:
    options = {
        "argv": ["prog", "--password", "s3cret", "-n", "1"],
        "token": "s3cret",
        "url": "https://me:s3cret@host/",
        "deep": {"api_key": ["s3cret"], "n": 1, "steps": [["prog", "--token=s3cret"]]},
        "count": 3,
        "password": "",
        "on": True,
    }
    assert mask_options(options) == {
        "argv": ["prog", "--password", MASK, "-n", "1"],
        "token": MASK,
        "url": f"https://{MASK}@host/",
        "deep": {"api_key": MASK, "n": 1, "steps": [["prog", f"--token={MASK}"]]},
        "count": 3,
        "password": "",
        "on": True,
    }
