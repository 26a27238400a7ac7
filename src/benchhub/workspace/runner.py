"""The runner: what kind of machine a CI system says that it gave us.

Only words that every machine of a kind shares are taken: a runner's own name would make each fresh machine a class of
its own. On people's own runners the hardware says enough.
"""

from collections.abc import Mapping

import msgspec


def runner_label(environ: Mapping[str, str]) -> str | None:
    """Return the kind of runner, ``None`` outside CI and where nobody says."""
    for variable, read in _SYSTEMS.items():
        if environ.get(variable):
            return read(environ) or None
    return None


def _github(environ: Mapping[str, str]) -> str:
    """Read the image, which GitHub's own runners have; its version changes every week and is left out."""
    is_own = environ.get("RUNNER_ENVIRONMENT") == "self-hosted"
    image = environ.get("ImageOS")
    return f"github {image}" if image and not is_own else ""


def _gitlab(environ: Mapping[str, str]) -> str:
    tags = _list(environ.get("CI_RUNNER_TAGS", ""))
    return f"gitlab {' '.join(sorted(tags))}" if tags else ""


def _buildkite(environ: Mapping[str, str]) -> str:
    queue = environ.get("BUILDKITE_AGENT_META_DATA_QUEUE")
    return f"buildkite {queue}" if queue else ""


def _jenkins(environ: Mapping[str, str]) -> str:
    """Read the labels of the node, without its own name, which is one of them."""
    labels = set(environ.get("NODE_LABELS", "").split()) - {environ.get("NODE_NAME")}
    return f"jenkins {' '.join(sorted(label for label in labels if label))}" if labels else ""


def _azure(environ: Mapping[str, str]) -> str:
    image = environ.get("ImageOS")
    return f"azure {image}" if image else ""


_SYSTEMS = {
    "GITHUB_ACTIONS": _github,
    "GITLAB_CI": _gitlab,
    "BUILDKITE": _buildkite,
    "JENKINS_URL": _jenkins,
    "TF_BUILD": _azure,
}


def _list(text: str) -> list[str]:
    """Return the tags of ``["a", "b"]``, as GitLab writes them since 14.0, or of ``a, b``, as before."""
    try:
        found = msgspec.json.decode(text)
    except msgspec.DecodeError:
        return [word.strip() for word in text.split(",") if word.strip()]
    return [str(word) for word in found] if isinstance(found, list) else []
