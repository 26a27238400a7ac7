"""The JSON Schemas of `bh.toml` and of the registry, for editors; made from the structs that decode them."""

from collections.abc import Mapping
from typing import Any

import msgspec

from benchhub.workspace.config import CONFIG_VERSION, Config
from benchhub.workspace.registry import RegistryFile

DRAFT = "https://json-schema.org/draft/2020-12/schema"


def config_schema(options: Mapping[str, type[msgspec.Struct]] | None = None) -> dict[str, Any]:
    """Return the schema of a ``bh.toml``.

    Args:
        options: Framework to the struct of its ``with`` keys: a target that names it by ``use`` is checked
            against it.
            Any text is also allowed, since ``"{axis}"`` stands for a value.
    """
    options = options or {}
    names = sorted(options)
    (root, *with_schemas), definitions = msgspec.json.schema_components(
        [Config, *(options[name] for name in names)], ref_template="#/$defs/{name}"
    )
    defs: dict[str, Any] = {name: _open_to_axes(definition) for name, definition in definitions.items()}
    own = _own_definitions()
    defs.update(own)
    defs["Config"]["properties"]["version"] = {"const": CONFIG_VERSION, "default": CONFIG_VERSION}
    defs["TargetConfig"]["allOf"] = [
        {
            "if": {"properties": {"use": {"const": name}}, "required": ["use"]},
            "then": {"properties": {"with": schema}},
        }
        for name, schema in zip(names, with_schemas, strict=True)
    ]
    return {"$schema": DRAFT, "title": "bh.toml", **root, "$defs": defs}


def registry_schema() -> dict[str, Any]:
    """Return the schema of each file of a registry."""
    (root,), definitions = msgspec.json.schema_components([RegistryFile], ref_template="#/$defs/{name}")
    definitions["RegistryFile"]["properties"]["version"] = {"const": CONFIG_VERSION, "default": CONFIG_VERSION}
    return {"$schema": DRAFT, "title": "a file of the registry", **root, "$defs": definitions}


def _own_definitions() -> dict[str, Any]:
    _, definitions = msgspec.json.schema_components([Config], ref_template="#/$defs/{name}")
    return dict(definitions)


def _open_to_axes(definition: dict[str, Any]) -> dict[str, Any]:
    """Return a framework's struct whose every field may also be a text that names an axis."""
    axis = {"type": "string", "pattern": r"\{[A-Za-z_][A-Za-z0-9_-]*\}"}
    fields = definition.get("properties", {})
    return {**definition, "properties": {name: {"anyOf": [field, axis]} for name, field in fields.items()}}
