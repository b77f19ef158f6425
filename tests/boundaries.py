"""What the boundaries of the house are checked with: a package as a graph of imports, and what breaks a rule in it.

Belongs here: reading the graph from source, and each rule as a function from a graph to sentences about its faults.
Does not belong here: the rules of this house (`test_boundaries`).

Every import counts, wherever it stands: at the top of a file, in a function that loads late, or for types alone. What
is reached through other modules counts as well, and the message shows the chain.
"""

from __future__ import annotations

import ast
import re
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

_NAME = r"[a-z_][a-z0-9_]*"
_QUOTED = re.compile(r"`([^`]+)`")
_FILE = re.compile(r"[a-z0-9_*/]+\.py")
_DOTTED = re.compile(rf"{_NAME}(?:\.\w+)+")
_OUTSIDE = re.compile(r"Does not belong here:.*?(?=\n\n|\Z)", re.DOTALL)
_POINTER = re.compile(rf"\((`{_NAME}`(?:(?:,| and| or) `{_NAME}`)*)\)")


@dataclass(frozen=True)
class Package:
    """The modules of a package, by their dotted names without the package's own; a folder is named as its `__init__`.

    Attributes:
        imports: the package's modules that each module imports.
        libraries: the other packages that each module imports.
        charters: what each module says of itself; empty where it says nothing.
        names: what each module defines or imports at its top level.
    """

    imports: Mapping[str, frozenset[str]]
    libraries: Mapping[str, frozenset[str]]
    charters: Mapping[str, str]
    names: Mapping[str, frozenset[str]]

    @property
    def rooms(self) -> frozenset[str]:
        """What stands at the top of the package, folders and files."""
        return frozenset(map(room_of, self.imports))


def room_of(module: str) -> str:
    """The folder or file at the top of the package that a module is, or is in."""
    return module.partition(".")[0]


def read_package(folder: Path) -> Package:
    """The graph of a package, from its source alone: nothing is imported."""
    paths = {_module_name(folder, path): path for path in sorted(folder.rglob("*.py"))}
    trees = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in paths.items()}
    imported = {
        name: frozenset(_imported(tree, folder.name, name if paths[name].stem == "__init__" else _parent(name)))
        for name, tree in trees.items()
    }
    inside = {
        name: {_nearest(_within(target, folder.name), trees) for target in targets if room_of(target) == folder.name}
        for name, targets in imported.items()
    }
    return Package(
        imports={name: frozenset(targets - {name, ""}) for name, targets in inside.items() if name},
        libraries={name: frozenset(map(room_of, targets)) - {folder.name} for name, targets in imported.items()},
        charters={name: ast.get_docstring(tree) or "" for name, tree in trees.items() if name},
        names={name: frozenset(_top_level_names(tree)) for name, tree in trees.items()},
    )


def part_of(package: Package, room: str) -> Package:
    """One room as a package of its own: its modules without the room's name, and what they import of one another."""
    start = f"{room}."

    def within(names: Iterable[str]) -> frozenset[str]:
        return frozenset(name.removeprefix(start) for name in names if name.startswith(start))

    inside = sorted(name for name in package.imports if name.startswith(start))
    return Package(
        imports={name.removeprefix(start): within(package.imports[name]) for name in inside},
        libraries={name.removeprefix(start): package.libraries[name] for name in inside},
        charters={name.removeprefix(start): package.charters[name] for name in inside},
        names={name.removeprefix(start): package.names[name] for name in inside},
    )


def flow_faults(package: Package, flow: Sequence[Collection[str]]) -> list[str]:
    """Rooms that reach what does not come before them, with the shortest way; rooms and places that do not match.

    Args:
        package: the house.
        flow: its rooms in the order data flows; rooms of one step do not reach one another.
    """
    place = {room: step for step, rooms in enumerate(flow) for room in rooms}
    faults = [f"{room} has no place in the flow: add it where its data flow" for room in package.rooms - set(place)]
    faults += [f"{room} is in the flow and not in the house: take it out" for room in set(place) - package.rooms]
    for room in package.rooms & set(place):
        for other in package.rooms & set(place) - {room}:
            if place[other] >= place[room] and (way := _way(package, room, lambda name, to=other: room_of(name) == to)):
                faults.append(f"{room} reaches {other}, which does not come before it: {_shown(way)}")
    return sorted(faults)


def reach_faults(package: Package, room: str, allowed: Collection[str]) -> list[str]:
    """Rooms that reach a room only some may reach, with the shortest way; rooms that may and do not."""
    ways = {
        other: _way(package, other, lambda name: room_of(name) == room)
        for other in sorted((package.rooms | set(allowed)) - {room})
    }
    return [
        *(
            f"{other} must not reach {room}: {_shown(way)}"
            for other, way in ways.items()
            if way and other not in allowed
        ),
        *(f"{other} may reach {room} and does not: take the leave away" for other in allowed if not ways[other]),
    ]


def library_faults(package: Package, homes: Mapping[str, Collection[str]]) -> list[str]:
    """Modules that import a library at home elsewhere; homes where it is not used.

    Args:
        package: the house.
        homes: by library, the modules that may import it, as patterns; `*` stands for any part of a name.
    """
    faults = []
    for library, patterns in homes.items():
        users = [name for name in sorted(package.libraries) if library in package.libraries[name]]
        faults += [
            f"{name} imports {library}, which is at home in {', '.join(sorted(patterns))}"
            for name in users
            if not any(fnmatchcase(name, pattern) for pattern in patterns)
        ]
        faults += [
            f"{pattern} may import {library} and does not: take the leave away"
            for pattern in sorted(patterns)
            if not any(fnmatchcase(name, pattern) for name in users)
        ]
    return faults


def circle_faults(package: Package) -> list[str]:
    """Each circle of files once, the shortest through its first module."""
    found: dict[frozenset[str], tuple[str, ...]] = {}
    for name in sorted(package.imports):
        ways = [
            way
            for target in sorted(package.imports[name])
            if (way := _shortest(package, [target], lambda other, home=name: other == home))
        ]
        if ways:
            circle = (name, *min(ways, key=len))
            found.setdefault(frozenset(circle), circle)
    return [f"a circle: {_shown(circle)}" for circle in found.values()]


def charter_faults(package: Package, known: Collection[str] = ()) -> list[str]:
    """Modules without a charter, and charters that send the reader to a module that is not there.

    Taken for a module: what ends in `.py`; a dotted name that begins with a module; and, where a charter says what does
    not belong, names in brackets of their own. All are looked for beside the module, then further up.

    Args:
        package: the house.
        known: other things a charter may point to by name, such as models.
    """
    faults = [f"{name} opens with no charter" for name, charter in sorted(package.charters.items()) if not charter]
    for name, charter in sorted(package.charters.items()):
        faults += [
            f"{name}: its charter names `{pointer}`, which is not there"
            for pointer in _pointers(charter)
            if pointer not in known and not _is_there(package, name, pointer)
        ]
    return faults


def _pointers(charter: str) -> Iterator[str]:
    for quoted in _QUOTED.findall(charter):
        if _FILE.fullmatch(quoted) or _DOTTED.fullmatch(quoted):
            yield quoted
    for outside in _OUTSIDE.findall(charter):
        for group in _POINTER.findall(" ".join(outside.split())):
            yield from _QUOTED.findall(group)


def _is_there(package: Package, name: str, pointer: str) -> bool:
    """Whether a pointer leads somewhere; a dotted name of which no part is a module is none (`marts.freshness`)."""
    is_file = _FILE.fullmatch(pointer) is not None
    target = pointer.removesuffix(".py").replace("/", ".") if is_file else pointer
    bases = _bases(name)
    if any(fnmatchcase(module, base + target) for base in bases for module in package.imports):
        return True
    if is_file or "." not in target:
        return False
    first, _, rest = target.partition(".")
    found = [base + first for base in bases if base + first in package.imports]
    return not found or any(rest in package.names[module] for module in found)


def _bases(name: str) -> list[str]:
    """What a name may be relative to: the module itself where it is a folder, its folder, and so on up."""
    parts = name.split(".")
    return ["".join(f"{part}." for part in parts[:count]) for count in range(len(parts), -1, -1)]


def _way(package: Package, room: str, is_reached: Callable[[str], bool]) -> tuple[str, ...] | None:
    return _shortest(package, [name for name in sorted(package.imports) if room_of(name) == room], is_reached)


def _shortest(package: Package, starts: Sequence[str], is_reached: Callable[[str], bool]) -> tuple[str, ...] | None:
    """The shortest chain of imports from any of the modules to one that is sought."""
    ways = deque((start,) for start in starts)
    seen = set(starts)
    while ways:
        way = ways.popleft()
        if is_reached(way[-1]):
            return way
        following = sorted(package.imports.get(way[-1], frozenset()) - seen)
        seen.update(following)
        ways.extend((*way, name) for name in following)
    return None


def _shown(way: Sequence[str]) -> str:
    return " -> ".join(way)


def _imported(tree: ast.Module, package: str, folder: str) -> Iterator[str]:
    """Full dotted names of what a module imports; `from a import b` gives `a.b`, be that a module or a name in one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = ".".join(filter(None, [package, *folder.split(".")]))
            for _ in range(node.level - 1):
                above = _parent(above)
            source = ".".join(filter(None, [above if node.level else "", node.module or ""]))
            yield from (f"{source}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in {"importlib.import_module", "import_module"}:
            yield from (
                item.value for item in node.args if isinstance(item, ast.Constant) and isinstance(item.value, str)
            )


def _nearest(target: str, modules: Collection[str]) -> str:
    """The module a name is of: itself, or the one that defines it."""
    while target and target not in modules:
        target = _parent(target)
    return target


def _within(target: str, package: str) -> str:
    return target.removeprefix(package).removeprefix(".")


def _parent(name: str) -> str:
    return name.rpartition(".")[0]


def _module_name(folder: Path, path: Path) -> str:
    parts = path.relative_to(folder).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _top_level_names(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from (alias.asname or alias.name for alias in node.names)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (target.id for target in targets if isinstance(target, ast.Name))
