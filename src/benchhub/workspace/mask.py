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

# Patterns are text here: each is compiled where it is used first, and most command lines need few of them.
_DEFINED = r"^(?:-D|D(?=[a-z]))"
"""``-Dpassword=x`` of Java and CMake, and ``-DPASSWORD=x`` of C, define what follows."""

_WORDS = r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+"
# A name begins where a word does: looked for from every letter, a long word would take minutes.
_USERINFO = r"(?<![A-Za-z0-9+.-])([A-Za-z0-9][A-Za-z0-9+.-]*://)([^/?#\s]+)@"
_ASSIGNED = (
    r"(?<![A-Za-z0-9_.-])(?P<name>-*[A-Za-z0-9_][\w.-]*)=(?P<quote>[\"']?)"
    r"(?P<value>(?<=')[^']+(?=')|(?<=\")[^\"]+(?=\")|[^\s&;,\"']+)"
)
_QUOTED_PAIR = r"(?P<quote>[\"'])(?P<name>[A-Za-z_][\w.-]*)=(?P<value>[^\"'=]*)(?P=quote)"
"""``-X 'main.apiKey=two words'``: the quotes are around the whole."""
_FLAG_AND_VALUE = (
    r"(?P<name>(?<![^\s\"'])--?[A-Za-z][\w.-]+)(?P<space>\s+)(?P<value>'[^']+'|\"[^\"]+\"|[^\s;&|\"'-][^\s;&|\"']*)"
)
_LOGIN = r"(?P<user>[A-Za-z][^\s:/\"'=]*):(?!//)(?P<password>[^\s\"']+)"
_FLAG_AND_LOGIN = rf"(?P<flag>(?<![^\s\"'])(?:-[uU]|--user|--proxy-user)(?:\s+|=)[\"']?){_LOGIN}"
"""``curl -u name:password``; numbers (``docker -u 1000:1000``) are no names."""
_JSON_PAIR = r'"(?P<name>[\w.-]+)"(?P<mark>\s*:\s*)"[^"]+"|"(?P<flag>--?[A-Za-z][\w.-]+)"(?P<comma>\s*,\s*)"[^"-][^"]*"'
"""Also ``["prog", "--token", "x"]``, which ``--with argv=…`` is told."""
_KNOWN_TOKENS = (
    r"\b(?:gh[pousr]_[A-Za-z0-9]{16,}|github_pat_\w{20,}|glpat-[\w-]{16,}|xox[abprs]-[\w-]{10,}|AKIA[A-Z0-9]{16}"
    r"|sk-ant-[\w-]{8,}|sk-(?=[\w-]{0,99}\d)[\w-]{16,}|[rs]k_(?:live|test)_\w{8,}|npm_[A-Za-z0-9]{30,}|hf_[A-Za-z0-9]{20,}"
    r"|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*)"
    r"|(?<=[Bb]earer )[^\s\"']+|(?<=[Bb]asic )[A-Za-z0-9+/=]{8,}"
)
_TOKEN_CHARACTERS_MIN = len("Bearer x")
_OPTION = r"(?s)^(?P<name>--?[A-Za-z][\w.-]+|[A-Za-z_]\w*)=(?P<value>.*)$"
_FLAG = r"^--?[A-Za-z][\w.-]+$"
_HEADER = r"(?s)^(?P<name>[A-Za-z][\w-]*):(?P<space>\s*)(?P<value>.+)$"
_LOGIN_FLAGS = frozenset({"-u", "-U", "--user", "--proxy-user"})
_LOGIN_WORD = f"^{_LOGIN}$"


def is_secret_name(name: str) -> bool:
    """Tell whether a variable, option or header of that name holds a credential."""
    words = [word.lower() for word in re.findall(_WORDS, re.sub(_DEFINED, "", name))]
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
    # Each pattern is asked only where the sign stands that it cannot do without.
    if "@" in text:
        text = re.sub(_USERINFO, _without_credentials, text)
    if "=" in text:
        text = re.sub(_QUOTED_PAIR, _without_quoted_value, text)
        text = _without_values(text)
    if "-" in text:
        text = re.sub(_FLAG_AND_VALUE, _without_next_word, text)
    if ":" in text and "-u" in text.lower():
        text = re.sub(_FLAG_AND_LOGIN, rf"\g<flag>\g<user>:{MASK}", text)
    if '"' in text:
        text = re.sub(_JSON_PAIR, _without_json_value, text)
    return re.sub(_KNOWN_TOKENS, MASK, text) if len(text) >= _TOKEN_CHARACTERS_MIN else text


def mask_arguments(words: Sequence[str]) -> tuple[str, ...]:
    """Return a command line without credentials, as many words as before.

    ``--password=x``, ``--token x``, ``-u name:x``, ``TOKEN=x``, ``Authorization: x`` and URLs are understood. ``-px``
    is not: a letter may mean anything.
    """
    masked: list[str] = []
    before = ""
    for word in words:
        login = re.match(_LOGIN_WORD, word) if before in _LOGIN_FLAGS else None
        if _is_secret_flag(before) and not word.startswith("-"):
            masked.append(MASK)
        elif login:
            masked.append(f"{login['user']}:{MASK}")
        else:
            masked.append(_mask_word(word))
        before = word
    return tuple(masked)


def _is_secret_flag(word: str) -> bool:
    return word.startswith("-") and bool(re.match(_FLAG, word)) and is_secret_name(word)


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
    while "=" in word and (option := re.match(_OPTION, word)):
        name, word = option["name"], option["value"]
        names += f"{name}="
        if is_secret_name(name):
            return names + MASK
        if name in _LOGIN_FLAGS and (login := re.match(_LOGIN_WORD, word)):
            return f"{names}{login['user']}:{MASK}"
    header = re.match(_HEADER, word) if ":" in word else None
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
    assigned = re.compile(_ASSIGNED)
    while match := assigned.search(text, at):
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
