"""Hides credentials: in URLs, in arguments, in variables.

A mask errs on the side of hiding, yet looks at whole words: ``--max-tokens`` and ``--author`` are no secrets.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

MASK = "***"

_SECRET_WORDS = frozenset(
    {
        "apikey",
        "authorization",
        "credential",
        "credentials",
        "cookie",
        "passphrase",
        "passwd",
        "password",
        "pwd",
        "secret",
        "token",
    }
)
_SECRET_KEYS = frozenset({"access", "api", "auth", "encryption", "private", "secret", "signing"})
"""What makes a ``key`` a secret: ``--key`` alone is a column."""

_DEFINED = re.compile(r"^-?D(?=[a-z])")
"""``-Dpassword=x`` of Java and CMake defines ``password``."""

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_USERINFO = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*://)([^/?#\s]+)@")
_ASSIGNED = re.compile(
    r"(?P<name>[A-Za-z_][\w.-]*)=(?P<quote>[\"']?)(?:(?<=')[^']+(?=')|(?<=\")[^\"]+(?=\")|[^\s&;,\"']+)"
)
_JSON_PAIR = re.compile(r'"(?P<name>[\w.-]+)"(?P<mark>\s*:\s*)"[^"]+"')
_KNOWN_TOKENS = re.compile(
    r"\b(?:gh[pousr]_[A-Za-z0-9]{16,}|github_pat_\w{20,}|glpat-[\w-]{16,}|xox[abprs]-[\w-]{10,}|AKIA[A-Z0-9]{16}"
    r"|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*)"
    r"|(?<=[Bb]earer )[^\s\"']+|(?<=[Bb]asic )[A-Za-z0-9+/=]{8,}"
)
_OPTION = re.compile(r"^(?P<name>--?[A-Za-z][\w.-]+|[A-Za-z_]\w*)=(?P<value>.*)$", re.DOTALL)
_FLAG = re.compile(r"^--?[A-Za-z][\w.-]+$")
_HEADER = re.compile(r"^(?P<name>[A-Za-z][\w-]*):(?P<space>\s*)(?P<value>.+)$", re.DOTALL)


def is_secret_name(name: str) -> bool:
    """Tell whether a variable, option or header of that name holds a credential."""
    words = [word.lower() for word in _WORDS.findall(_DEFINED.sub("", name))]
    if not words:
        return False
    *before, last = words
    if last in _SECRET_WORDS:
        return True
    if last == "key":
        return bool(before) and before[-1] in _SECRET_KEYS
    return last == "pass" and bool(before)


def mask_text(text: str) -> str:
    """Return ``text`` without credentials in URLs, ``name=value`` pairs, JSON, and tokens of a known shape."""
    text = _USERINFO.sub(_without_credentials, text)
    text = _ASSIGNED.sub(_without_value, text)
    text = _JSON_PAIR.sub(_without_json_value, text)
    return _KNOWN_TOKENS.sub(MASK, text)


def mask_arguments(words: Sequence[str]) -> tuple[str, ...]:
    """Return a command line without credentials, as many words as before.

    ``--password=x``, ``--token x``, ``TOKEN=x``, ``Authorization: x`` and URLs are understood. ``-px`` is not: a
    letter may mean anything.
    """
    masked: list[str] = []
    is_secret = False
    for word in words:
        if is_secret and not word.startswith("-"):
            masked.append(MASK)
        else:
            masked.append(_mask_word(word))
        is_secret = bool(_FLAG.match(word)) and is_secret_name(word)
    return tuple(masked)


def mask_variable(name: str, value: str) -> str:
    """Return the value of an environment variable as it may be kept."""
    return MASK if is_secret_name(name) else mask_text(value)


def mask_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return options as they may be kept: names tell secrets, and a list of texts may be a command line."""
    return {name: MASK if value and is_secret_name(name) else _mask_value(value) for name, value in options.items()}


def _mask_value(value: Any) -> Any:  # noqa: ANN401 -- whatever an option holds
    if isinstance(value, str):
        return mask_text(value)
    if isinstance(value, Mapping):
        return mask_options(value)
    if isinstance(value, list | tuple):
        is_words = all(isinstance(one, str) for one in value)
        return list(mask_arguments(value)) if is_words else [_mask_value(one) for one in value]
    return value


def _mask_word(word: str) -> str:
    option = _OPTION.match(word)
    if option:
        name = option["name"]
        return f"{name}={MASK}" if is_secret_name(name) else f"{name}={_mask_word(option['value'])}"
    header = _HEADER.match(word)
    if header and is_secret_name(header["name"]):
        return f"{header['name']}:{header['space']}{MASK}"
    return mask_text(word)


def _without_credentials(match: re.Match[str]) -> str:
    # `git@` of ssh is everybody's name; any other could be a token.
    return match[0] if match[2] == "git" else f"{match[1]}{MASK}@"


def _without_value(match: re.Match[str]) -> str:
    if not is_secret_name(match["name"]):
        return match[0]
    return f"{match['name']}={match['quote']}{MASK}"


def _without_json_value(match: re.Match[str]) -> str:
    return f'"{match["name"]}"{match["mark"]}"{MASK}"' if is_secret_name(match["name"]) else match[0]
