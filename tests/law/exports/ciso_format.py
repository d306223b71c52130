"""The members that CISO Assistant publishes for its library files, as our own list, and a judge that holds a library to it.

Origin: the user documentation of intuitem/ciso-assistant-community, pages "Library metadata", "Framework", "Implementation
groups" and "Mappings" (tables of members with the required ones marked, and YAML excerpts), read in November 2026; `annotation`
of a mapping from the published description of the project's mapping builder; lengths from its decision record on URNs (URN 255,
ref_id 100, name 200 characters, packager 32). Names of members only; nothing is taken from the program.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

LIBRARY = {"urn", "version", "locale", "ref_id", "name", "description", "copyright", "provider", "packager", "objects"}
LIBRARY_OPTIONAL = {"labels", "dependencies", "publication_date", "translations"}
FRAMEWORK = {"urn", "ref_id", "name", "description", "requirement_nodes"}
FRAMEWORK_OPTIONAL = {"implementation_groups_definition", "scores_definition", "min_score", "max_score", "translations"}
NODE = {"urn", "assessable", "depth"}
NODE_OPTIONAL = {
    "parent_urn", "ref_id", "name", "description", "annotation", "typical_evidence", "importance", "weight",
    "implementation_groups", "questions", "threats", "reference_controls", "translations",
}  # fmt: skip
GROUP = {"ref_id", "name"}
GROUP_OPTIONAL = {"description", "default_selected", "target_score", "translations"}
SET = {"urn", "ref_id", "name", "description", "source_framework_urn", "target_framework_urn", "requirement_mappings"}
MAPPING = {"source_requirement_urn", "target_requirement_urn", "relationship"}
MAPPING_OPTIONAL = {"rationale", "strength_of_relationship", "annotation"}
TRANSLATED = {"name", "description", "annotation", "typical_evidence"}
IMPORTANCE = {"mandatory", "recommended", "nice_to_have"}
RELATIONSHIPS = {"equal", "subset", "superset", "intersect", "not_related"}
RATIONALES = {"syntactic", "semantic", "functional"}

_URN = re.compile(r"urn:[a-z0-9_-]{1,32}:risk:[a-z_]+:[a-z0-9._-]+(:[a-z0-9._-]+)?")
_REFERENCE = re.compile(r"[A-Za-z0-9._-]{1,100}")
_LOCALE = re.compile(r"[a-z]{2}")


def library_faults(library: dict[str, Any]) -> Iterator[str]:
    """What in the library the published format does not allow."""
    yield from _members("library", library, LIBRARY, LIBRARY_OPTIONAL)
    yield from _named("library", library)
    if not _LOCALE.fullmatch(library["locale"]):
        yield f"locale {library['locale']!r}"
    if type(library["version"]) is not int or library["version"] < 1:
        yield f"version {library['version']!r}"
    objects = library["objects"]
    yield from _members("objects", objects, set(), {"framework", "requirement_mapping_sets"})
    if "framework" in objects:
        yield from _framework_faults(objects["framework"])
    for one in objects.get("requirement_mapping_sets", []):
        yield from _set_faults(one)


def _framework_faults(framework: dict[str, Any]) -> Iterator[str]:
    yield from _members("framework", framework, FRAMEWORK, FRAMEWORK_OPTIONAL)
    yield from _named("framework", framework)
    groups = framework.get("implementation_groups_definition", [])
    for group in groups:
        yield from _members("group", group, GROUP, GROUP_OPTIONAL)
        yield from _reference(group)
    yield from _tree_faults(framework["requirement_nodes"])
    defined = {group["ref_id"] for group in groups}
    for node in framework["requirement_nodes"]:
        yield from _node_faults(node, defined)


def _node_faults(node: dict[str, Any], groups: set[str]) -> Iterator[str]:
    yield from _members(node.get("urn", "node"), node, NODE, NODE_OPTIONAL)
    yield from _named("node", node)
    if not {"ref_id", "name", "description"} & set(node):
        yield f"{node['urn']} has neither ref_id, name nor description"
    if node.get("importance", "mandatory") not in IMPORTANCE:
        yield f"importance {node['importance']!r}"
    yield from (f"group {one!r} is not defined" for one in node.get("implementation_groups", []) if one not in groups)


def _tree_faults(nodes: list[dict[str, Any]]) -> Iterator[str]:
    """Every node comes once, after its parent, one level below it."""
    depths: dict[str | None, int] = {None: 0}
    for node in nodes:
        if node["urn"] in depths:
            yield f"{node['urn']} comes twice"
        if depths.get(node.get("parent_urn")) != node["depth"] - 1:
            yield f"{node['urn']} at depth {node['depth']} has no parent just above it"
        depths[node["urn"]] = node["depth"]


def _set_faults(one: dict[str, Any]) -> Iterator[str]:
    yield from _members("mapping set", one, SET, set())
    yield from _named("mapping set", one)
    for mapping in one["requirement_mappings"]:
        yield from _members("mapping", mapping, MAPPING, MAPPING_OPTIONAL)
        yield from _urn(mapping["source_requirement_urn"])
        yield from _urn(mapping["target_requirement_urn"])
        if mapping["relationship"] not in RELATIONSHIPS:
            yield f"relationship {mapping['relationship']!r}"
        if mapping.get("rationale", "semantic") not in RATIONALES:
            yield f"rationale {mapping['rationale']!r}"
        if type(mapping.get("strength_of_relationship", 0)) is not int:
            yield f"strength {mapping['strength_of_relationship']!r}"


def _members(what: str, holder: dict[str, Any], needed: set[str], optional: set[str]) -> Iterator[str]:
    yield from (f"{what}: {name} is missing" for name in sorted(needed - set(holder)))
    yield from (f"{what}: {name} is not published" for name in sorted(set(holder) - needed - optional))
    for texts in holder.get("translations", {}).values():
        yield from (f"{what}: {name} is not translated" for name in sorted(set(texts) - TRANSLATED))


def _named(what: str, holder: dict[str, Any]) -> Iterator[str]:
    yield from _urn(holder["urn"])
    yield from _reference(holder)
    if len(holder.get("name", "")) > 200:
        yield f"{what}: the name is longer than 200 characters"


def _urn(urn: str) -> Iterator[str]:
    if not _URN.fullmatch(urn) or len(urn) > 255:
        yield f"{urn!r} is not a URN of the format"


def _reference(holder: dict[str, Any]) -> Iterator[str]:
    if "ref_id" in holder and not _REFERENCE.fullmatch(holder["ref_id"]):
        yield f"{holder['ref_id']!r} is not a ref_id"
