"""A YAML document read with its path in hand, so that every complaint says where and what to do.

Belongs here: typed access to keys and lists with teaching errors. Does not belong here: anything about feeds.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar, TypeVar, cast

import yaml

T = TypeVar("T")
EnumT = TypeVar("EnumT", bound=StrEnum)

TO_FILL_IN = "FILL IN: "
"""How a value of a scaffolded file begins until somebody has written it; what follows says what is wanted."""


class ContractError(ValueError):
    """A data contract that cannot be used; the message names the file, the place in it and the remedy."""

    def __init__(self, problems: list[str]) -> None:
        """Keep every problem found, so that one run shows them all."""
        self.problems = problems
        super().__init__("\n".join(problems))


_AT_FAULT: Any = object()


class Faults:
    """Gathers everything that is wrong with a file, so that one run shows it all."""

    def __init__(self) -> None:
        """Nothing is wrong yet."""
        self.problems: list[str] = []

    def of(self, read: Callable[..., T], *arguments: object) -> T:
        """What `read` gives for the arguments; its fault is kept. A step whose input is at fault is not taken.

        The result of a faulty step may only be given to further steps; `check` stands before any other use.
        """
        if any(argument is _AT_FAULT for argument in arguments):
            return cast("T", _AT_FAULT)
        try:
            return read(*arguments)
        except ContractError as error:
            self.problems += [problem for problem in error.problems if problem not in self.problems]
            return cast("T", _AT_FAULT)

    def all_of(self, read: Callable[..., T], sources: Iterable[object]) -> tuple[T, ...]:
        """What `read` gives for each source, in order."""
        results = tuple(self.of(read, source) for source in sources)
        return _AT_FAULT if any(result is _AT_FAULT for result in results) else results

    def check(self) -> None:
        """Stop here if anything was wrong.

        Raises:
            ContractError: with every fault kept.
        """
        if self.problems:
            raise ContractError(self.problems)


class _Strict(yaml.constructor.SafeConstructor):
    """Keeps dates as the text that was typed and refuses a key written twice (YAML silently keeps the last)."""

    yaml_implicit_resolvers: ClassVar = {
        letter: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=deep)
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"key '{key}' is written twice; keep one", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep)


class _StrictLoader(_Strict, yaml.SafeLoader):
    """Reads slowly, and says what is wrong in the words of the documentation."""


class _QuickLoader(_Strict, getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Reads with the C library, where there is one: ten times as fast."""


@dataclass(frozen=True)
class Node:
    """One value of a YAML file with the file and the path that lead to it."""

    value: Any
    file: str
    path: str = ""

    def problem(self, text: str) -> ContractError:
        """An error at this place."""
        return ContractError([f"{self.file}: {self.path or 'top level'}: {text}"])

    def child(self, key: str, label: str | None = None) -> Node:
        """The value under a key, None if absent."""
        path = f"{self.path}.{label or key}" if self.path else (label or key)
        return Node(self.mapping().get(key), self.file, path)

    def has(self, key: str) -> bool:
        """Whether the key is written at all."""
        return key in self.mapping()

    def mapping(self) -> dict[str, Any]:
        """The value as a mapping."""
        if not isinstance(self.value, dict):
            raise self.problem(f"expected keys and values, found {_found(self.value)}")
        return self.value

    def only(self, *known: str) -> None:
        """Refuse keys nothing reads: a mistyped key would otherwise be a promise silently ignored."""
        unknown = [str(key) for key in self.mapping() if key not in known]
        if unknown:
            raise self.problem(f"unknown key {_quoted(unknown)}; known here: {', '.join(known)}")

    def items(self, key: str, label: str = "name") -> Iterator[Node]:
        """The members of the list under a key, each labelled by its `label` value where it has one; none if absent."""
        listed = self.child(key)
        if listed.value is None:
            return
        if not isinstance(listed.value, list):
            raise listed.problem(f"expected a list, found {_found(listed.value)}")
        for position, value in enumerate(listed.value):
            name = value.get(label) if isinstance(value, dict) else None
            hint = f" '{name}'" if name and not str(name).startswith(TO_FILL_IN) else ""
            yield Node(value, self.file, f"{listed.path}[{position}{hint}]")

    def text(self, key: str, remedy: str = "write it") -> str:
        """The text under a key, blanks and line ends collapsed; required."""
        found = self.child(key)
        if found.value is None or (isinstance(found.value, str) and not found.value.strip()):
            raise found.problem(f"missing; {remedy}")
        if not isinstance(found.value, str):
            raise found.problem(f"expected text, found {_found(found.value)}; put it in quotes")
        if found.value.startswith(TO_FILL_IN):
            raise found.problem(f"still to be filled in: {' '.join(found.value.removeprefix(TO_FILL_IN).split())}")
        return " ".join(found.value.split())

    def optional_text(self, key: str) -> str | None:
        """The text under a key, or None if the key is absent."""
        return self.text(key) if self.has(key) else None

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of distinct texts under a key; empty if absent. Codes such as 2 or NO must be quoted."""
        values: list[str] = []
        for member in self.items(key):
            if not isinstance(member.value, str):
                raise member.problem(f"expected text, found {_found(member.value)}; put it in quotes")
            if member.value in values:
                raise member.problem(f"'{member.value}' is listed twice; keep one")
            values.append(member.value)
        return tuple(values)

    def pairs(self, key: str) -> tuple[tuple[str, str], ...]:
        """A mapping of text to text under a key, in order; empty if absent."""
        if not self.has(key):
            return ()
        found = self.child(key)
        wrong = [str(name) for pair in found.mapping().items() for name in pair if not isinstance(name, str)]
        if wrong:
            raise found.problem(f"expected text to text, but {_quoted(wrong)} is not text; put it in quotes")
        return tuple(found.mapping().items())

    def flag(self, key: str) -> bool:
        """True or false under a key; false if absent."""
        found = self.child(key)
        if found.value is None:
            return False
        if not isinstance(found.value, bool):
            raise found.problem(f"expected true or false, found {_found(found.value)}")
        return found.value

    def integer(self, key: str) -> int:
        """The whole number under a key; required."""
        found = self.child(key)
        value: object = found.value
        if isinstance(value, bool) or not isinstance(value, int):
            raise found.problem(f"expected a whole number, found {_found(value)}")
        return value

    def share(self, key: str) -> float:
        """The fraction between 0 and 1 under a key; required."""
        found = self.child(key)
        if isinstance(found.value, bool) or not isinstance(found.value, int | float) or not 0 <= found.value <= 1:
            raise found.problem(f"expected a fraction from 0 to 1, found {_found(found.value)}")
        return float(found.value)

    def number(self, key: str) -> float:
        """The number under a key, zero or more; required."""
        found = self.child(key)
        if isinstance(found.value, bool) or not isinstance(found.value, int | float) or not 0 <= found.value < 1e9:
            raise found.problem(f"expected a number from 0, found {_found(found.value)}")
        return float(found.value)

    def choice(self, key: str, options: type[EnumT]) -> EnumT:
        """The member of an enumeration under a key; required."""
        text = self.text(key, f"write one of: {', '.join(options)}")
        try:
            return options(text)
        except ValueError:
            raise self.child(key).problem(f"'{text}' is not one of: {', '.join(options)}") from None

    def one_of(self, key: str, options: dict[str, str]) -> str:
        """The text under a key, which must be a key of `options`; required."""
        text = self.text(key, f"write one of: {', '.join(options)}")
        if text not in options:
            raise self.child(key).problem(f"'{text}' is not one of: {', '.join(options)}")
        return text

    def date(self, key: str) -> datetime.date:
        """The date `YYYY-MM-DD` under a key; required."""
        text = self.text(key)
        try:
            return datetime.date.fromisoformat(text)
        except ValueError:
            raise self.child(key).problem(f"'{text}' is not a date; write it as YYYY-MM-DD") from None

    def custom(self) -> Node:
        """The `customProperties` of this node as a mapping from property to value."""
        gathered: dict[str, Any] = {}
        for member in self.items("customProperties", label="property"):
            member.only("property", "value", "description")
            name = member.text("property")
            if name in gathered:
                raise member.problem(f"property '{name}' is written twice; keep one")
            gathered[name] = member.mapping().get("value")
        return Node(gathered, self.file, f"{self.path}.customProperties" if self.path else "customProperties")


def read_document(path: Path, shown_as: str) -> Node:
    """The document in a YAML file.

    Raises:
        ContractError: the file is not YAML, or its top level is not a mapping.
    """
    try:
        text = path.read_text(encoding="utf-8")
        try:
            document = yaml.load(text, Loader=_QuickLoader)
        except yaml.YAMLError:
            document = yaml.load(text, Loader=_StrictLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"line {mark.line + 1}, column {mark.column + 1}" if mark else "somewhere"
        reason = getattr(error, "problem", None) or str(error)
        raise ContractError([f"{shown_as}: {place}: not readable as YAML: {reason}"]) from None
    node = Node(document, shown_as)
    node.mapping()
    return node


def must_equal(node: Node, expected: str | int, meaning: str) -> None:
    """Refuse any value but the one that follows from elsewhere; `meaning` says from where.

    Raises:
        ContractError: it is another.
    """
    if node.value != expected:
        shown = f"'{expected}'" if isinstance(expected, str) else expected
        raise node.problem(f"is {node.value!r}; write {shown} ({meaning})")


def _found(value: Any) -> str:
    return "nothing" if value is None else f"{value!r}"


def _quoted(names: list[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)
