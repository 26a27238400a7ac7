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
        (["--with", 'argv=["a", "--token", "s3cret"]'], ["--with", f'argv=["a", "--token", "{MASK}"]']),
        (["ghp_" + "a1" * 18], [MASK]),
        (["x", "github_pat_" + "a1" * 18], ["x", MASK]),
        (["key AKIA" + "A1B2" * 4], [f"key {MASK}"]),
        (["-Dpassword=s3cret"], [f"-Dpassword={MASK}"]),
        (["-ldflags", "-X main.apiKey=s3cret"], ["-ldflags", f"-X main.apiKey={MASK}"]),
        (["-ldflags=-s -X main.apiKey=s3cret -w"], [f"-ldflags=-s -X main.apiKey={MASK} -w"]),
        (["-ldflags=-X=main.apiKey=s3cret"], [f"-ldflags=-X=main.apiKey={MASK}"]),
        (["-ldflags", "-X 'main.apiKey=s3 cret' -w"], ["-ldflags", f"-X 'main.apiKey={MASK}' -w"]),
        (["-DAPI_KEY=s3cret", "-DPASSWORD=s3cret"], [f"-DAPI_KEY={MASK}", f"-DPASSWORD={MASK}"]),
        (["make", "CFLAGS=-O2 -DAPI_KEY=s3cret"], ["make", f"CFLAGS=-O2 -DAPI_KEY={MASK}"]),
        (["sh", "-c", "prog --token s3cret; ls"], ["sh", "-c", f"prog --token {MASK}; ls"]),
        (["sh", "-c", "prog --token 's3 cret' -n 1"], ["sh", "-c", f"prog --token {MASK} -n 1"]),
        (["curl", "-u", "admin:s3cret", "x"], ["curl", "-u", f"admin:{MASK}", "x"]),
        (["curl", "--user=admin:s3:cret"], ["curl", f"--user=admin:{MASK}"]),
        (["sh", "-c", "curl -u admin:s3cret x"], ["sh", "-c", f"curl -u admin:{MASK} x"]),
        (["sk-ant-api03-" + "Ab1_" * 5, "sk-" + "a1B2" * 5], [MASK, MASK]),
        (["sk_live_" + "a1B2" * 5], [MASK]),
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
        ["sort", "-u", "file"],
        ["--with", 'argv=["a", "--token", "--n", "x"]'],
        ["docker", "run", "-u", "1000:1000", "--user", "https://host/x"],
        ["-ldflags", "-s -w -X main.version=1.2", "task-force-of-2026-members", "sk-learn"],
        ["sh", "-c", "prog --max-tokens 100 --key id"],
        # A letter may mean anything: this could be a port or a pattern.
        ["mysql", "-ps3cret"],
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


@pytest.mark.parametrize("piece", ["a", "a=", "-X=", "a.b-", "--token ", "x://", "'a=", "sk-", '"-', "-u a:"])
def test_a_word_may_be_long(piece: str) -> None:
    """Scripts and data are passed as arguments: looking at each letter anew, this would take minutes."""
    word = piece * 4_000
    assert len(mask_arguments([word, "x"])) == 2


@settings(deadline=None)
@given(st.text(max_size=40))
def test_masking_a_text_twice_changes_nothing_more(text: str) -> None:
    assert mask_text(mask_text(text)) == mask_text(text)


@pytest.mark.parametrize(
    ("value", "masked"),
    [
        ("-O2 -DAPI_KEY=s3cret -DPASSWORD=s3cret", f"-O2 -DAPI_KEY={MASK} -DPASSWORD={MASK}"),
        ("-DPASSWORD='s3 cret' -g", f"-DPASSWORD='{MASK}' -g"),
        ("'-ldflags=-X main.apiKey=s3cret' -count=1", f"'-ldflags=-X main.apiKey={MASK}' -count=1"),
        ("-ldflags=-X=main.apiKey=s3cret", f"-ldflags=-X=main.apiKey={MASK}"),
        ("-javaagent:x.jar --token s3cret", f"-javaagent:x.jar --token {MASK}"),
    ],
)
def test_a_variable_may_hold_arguments(value: str, masked: str) -> None:
    """`GOFLAGS`, `CFLAGS` and their like are command lines in one text."""
    assert mask_variable("FLAGS", value) == masked


def test_options_are_masked_by_name_and_as_command_lines() -> None:
    options = {
        "argv": ["prog", "--password", "s3cret", "-n", "1"],
        "line": "prog --password s3cret",
        "token": "s3cret",
        "url": "https://me:s3cret@host/",
        "deep": {"api_key": ["s3cret"], "n": 1, "steps": [["prog", "--token=s3cret"]]},
        "count": 3,
        "password": "",
        "on": True,
    }
    assert mask_options(options) == {
        "argv": ["prog", "--password", MASK, "-n", "1"],
        "line": f"prog --password {MASK}",
        "token": MASK,
        "url": f"https://{MASK}@host/",
        "deep": {"api_key": MASK, "n": 1, "steps": [["prog", f"--token={MASK}"]]},
        "count": 3,
        "password": "",
        "on": True,
    }
