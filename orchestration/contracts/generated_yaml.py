"""How generated YAML is laid out.

Belongs here: indentation, and what stands in one line. Does not belong here: what is generated.
"""

from __future__ import annotations

from typing import Any

import yaml


class InOneLine(dict[str, Any]):
    """A mapping that is written in braces."""


class ListInOneLine(list[Any]):
    """A list that is written in brackets."""


def as_yaml(document: Any, *, width: int = 4096) -> str:
    """The document as YAML, keys in their order, lists indented as elsewhere in the project; a value on one line, or on
    as many as a `width` in columns needs."""
    return yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=width)


class _Dumper(yaml.SafeDumper):
    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _in_braces(dumper: yaml.SafeDumper, data: InOneLine) -> yaml.MappingNode:
    return dumper.represent_mapping("tag:yaml.org,2002:map", data, flow_style=True)


def _in_brackets(dumper: yaml.SafeDumper, data: ListInOneLine) -> yaml.SequenceNode:
    return dumper.represent_sequence("tag:yaml.org,2002:seq", data, flow_style=True)


def _text(dumper: yaml.SafeDumper, data: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", data, style="|" if "\n" in data else None)


_Dumper.add_representer(InOneLine, _in_braces)
_Dumper.add_representer(ListInOneLine, _in_brackets)
_Dumper.add_representer(str, _text)
