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

_DEFINED = re.compile(r"^(?:-D|D(?=[a-z]))")
"""``-Dpassword=x`` of Java and CMake, and ``-DPASSWORD=x`` of C, define what follows."""

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
# A name begins where a word does: looked for from every letter, a long word would take minutes.
_USERINFO = re.compile(r"(?<![A-Za-z0-9+.-])([A-Za-z0-9][A-Za-z0-9+.-]*://)([^/?#\s]+)@")
_ASSIGNED = re.compile(
    r"(?<![A-Za-z0-9_.-])(?P<name>-*[A-Za-z0-9_][\w.-]*)=(?P<quote>[\"']?)"
    r"(?P<value>(?<=')[^']+(?=')|(?<=\")[^\"]+(?=\")|[^\s&;,\"']+)"
)
_QUOTED_PAIR = re.compile(r"(?P<quote>[\"'])(?P<name>[A-Za-z_][\w.-]*)=(?P<value>[^\"'=]*)(?P=quote)")
"""``-X 'main.apiKey=two words'``: the quotes are around the whole."""
_FLAG_AND_VALUE = re.compile(
    r"(?P<name>(?<![^\s\"'])--?[A-Za-z][\w.-]+)(?P<space>\s+)(?P<value>'[^']+'|\"[^\"]+\"|[^\s;&|\"'-][^\s;&|\"']*)"
)
_LOGIN = r"(?P<user>[A-Za-z][^\s:/\"'=]*):(?!//)(?P<password>[^\s\"']+)"
_FLAG_AND_LOGIN = re.compile(rf"(?P<flag>(?<![^\s\"'])(?:-[uU]|--user|--proxy-user)(?:\s+|=)[\"']?){_LOGIN}")
"""``curl -u name:password``; numbers (``docker -u 1000:1000``) are no names."""
_JSON_PAIR = re.compile(
    r'"(?P<name>[\w.-]+)"(?P<mark>\s*:\s*)"[^"]+"|"(?P<flag>--?[A-Za-z][\w.-]+)"(?P<comma>\s*,\s*)"[^"-][^"]*"'
)
"""Also ``["prog", "--token", "x"]``, which ``--with argv=…`` is told."""
_KNOWN_TOKENS = re.compile(
    r"\b(?:gh[pousr]_[A-Za-z0-9]{16,}|github_pat_\w{20,}|glpat-[\w-]{16,}|xox[abprs]-[\w-]{10,}|AKIA[A-Z0-9]{16}"
    r"|sk-ant-[\w-]{8,}|sk-(?=[\w-]{0,99}\d)[\w-]{16,}|[rs]k_(?:live|test)_\w{8,}|npm_[A-Za-z0-9]{30,}|hf_[A-Za-z0-9]{20,}"
    r"|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*)"
    r"|(?<=[Bb]earer )[^\s\"']+|(?<=[Bb]asic )[A-Za-z0-9+/=]{8,}"
)
_OPTION = re.compile(r"^(?P<name>--?[A-Za-z][\w.-]+|[A-Za-z_]\w*)=(?P<value>.*)$", re.DOTALL)
_FLAG = re.compile(r"^--?[A-Za-z][\w.-]+$")
_HEADER = re.compile(r"^(?P<name>[A-Za-z][\w-]*):(?P<space>\s*)(?P<value>.+)$", re.DOTALL)
_LOGIN_FLAGS = frozenset({"-u", "-U", "--user", "--proxy-user"})
_LOGIN_WORD = re.compile(f"^{_LOGIN}$")


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
    """Return ``text`` without credentials.

    They are found in URLs, ``name=value`` pairs, ``--name value``, ``-u name:password``, JSON, and tokens of a known
    shape.
    """
    text = _USERINFO.sub(_without_credentials, text)
    text = _QUOTED_PAIR.sub(_without_quoted_value, text)
    text = _without_values(text)
    text = _FLAG_AND_VALUE.sub(_without_next_word, text)
    text = _FLAG_AND_LOGIN.sub(rf"\g<flag>\g<user>:{MASK}", text)
    text = _JSON_PAIR.sub(_without_json_value, text)
    return _KNOWN_TOKENS.sub(MASK, text)


def mask_arguments(words: Sequence[str]) -> tuple[str, ...]:
    """Return a command line without credentials, as many words as before.

    ``--password=x``, ``--token x``, ``-u name:x``, ``TOKEN=x``, ``Authorization: x`` and URLs are understood. ``-px``
    is not: a letter may mean anything.
    """
    masked: list[str] = []
    before = ""
    for word in words:
        login = _LOGIN_WORD.match(word) if before in _LOGIN_FLAGS else None
        if _is_secret_flag(before) and not word.startswith("-"):
            masked.append(MASK)
        elif login:
            masked.append(f"{login['user']}:{MASK}")
        else:
            masked.append(_mask_word(word))
        before = word
    return tuple(masked)


def _is_secret_flag(word: str) -> bool:
    return bool(_FLAG.match(word)) and is_secret_name(word)


def mask_variable(name: str, value: str) -> str:
    """Return the value of a variable or fact as it may be kept: its name tells a secret, and it may hold arguments."""
    return MASK if is_secret_name(name) else mask_text(value)


def mask_variables(variables: Mapping[str, str]) -> dict[str, str]:
    """Return variables or facts as they may be kept."""
    return {name: mask_variable(name, value) for name, value in variables.items()}


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
    names = ""
    while option := _OPTION.match(word):
        name, word = option["name"], option["value"]
        names += f"{name}="
        if is_secret_name(name):
            return names + MASK
        if name in _LOGIN_FLAGS and (login := _LOGIN_WORD.match(word)):
            return f"{names}{login['user']}:{MASK}"
    header = _HEADER.match(word)
    if header and is_secret_name(header["name"]):
        return f"{names}{header['name']}:{header['space']}{MASK}"
    return names + mask_text(word)


def _without_credentials(match: re.Match[str]) -> str:
    # `git@` of ssh is everybody's name; any other could be a token.
    return match[0] if match[2] == "git" else f"{match[1]}{MASK}@"


def _without_values(text: str) -> str:
    """Return ``text`` without the values of secret names; looks into the values of others.

    ``CFLAGS=-DTOKEN=x`` and ``-ldflags=-X=main.apiKey=x`` are pairs within a pair.
    """
    parts: list[str] = []
    at = 0
    while match := _ASSIGNED.search(text, at):
        begin, end = match.span("value")
        is_secret = is_secret_name(match["name"])
        parts.append(text[at:begin] + (MASK if is_secret else ""))
        at = end if is_secret else begin
    return "".join([*parts, text[at:]])


def _without_quoted_value(match: re.Match[str]) -> str:
    if not is_secret_name(match["name"]):
        return match[0]
    return f"{match['quote']}{match['name']}={MASK}{match['quote']}"


def _without_next_word(match: re.Match[str]) -> str:
    return f"{match['name']}{match['space']}{MASK}" if is_secret_name(match["name"]) else match[0]


def _without_json_value(match: re.Match[str]) -> str:
    name, mark = match["name"] or match["flag"], match["mark"] or match["comma"]
    return f'"{name}"{mark}"{MASK}"' if is_secret_name(name) else match[0]
