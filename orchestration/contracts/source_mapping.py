"""How the files of another system are read as a feed, as typed values.

Does not belong here: reading a mapping and whether it fits its contract (`mappings`), reading a file by it
(`ingest.mapped_reader`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping as Dictionary
from dataclasses import asdict, dataclass
from functools import cached_property


@dataclass(frozen=True)
class Lookup:
    """A member of a list that is found by one of its values.

    Attributes:
        within: path of the list.
        where: name of the value in each member.
        equals: path of what it must be.
        take: path within the member.
    """

    within: str
    where: str
    equals: str
    take: str


@dataclass(frozen=True)
class Length:
    """A length in several parts, as 2 years and 6 months, told as one number of one unit.

    Attributes:
        values, units: paths of the parts, in pairs.
        is_unit: whether the unit is wanted, and not the number.
    """

    values: tuple[str, ...]
    units: tuple[str, ...]
    is_unit: bool


@dataclass(frozen=True, kw_only=True)
class MappedValue:
    """How one column comes from the source. What is given is done in the order of the attributes.

    Attributes:
        only_if: path and texts: without one of them there (without any, where none is named) the value is blank.
        sources: paths of the source, the first that holds something; all of them where `joined_by` is given. A step `*`
            is every member of a list.
        is_least: whether of several texts at one path the least is taken, as of days in ISO notation, not the first.
        joined_by: text between several sources; the value is blank if all are.
        lookup: where the value stands in a member of a list.
        length: the parts of a length.
        constant: a text that is in no source.
        blank_if: texts that say there is no value.
        split_by, part: text the value is split by, and which part of it is taken, from 1 (from the end, from -1).
        taken: regular expression; its first group is taken.
        dates: notations it is written in, to be written in the contract's.
        codes: (code of the source, value) pairs; compared without case.
        otherwise: what a code that is not among them becomes; None keeps it.
        prefix: text put before a value.
        given, blank: what the value becomes because there is one, or because there is none.
    """

    only_if: tuple[str, tuple[str, ...]] | None = None
    sources: tuple[str, ...] = ()
    is_least: bool = False
    joined_by: str | None = None
    lookup: Lookup | None = None
    length: Length | None = None
    constant: str | None = None
    blank_if: tuple[str, ...] = ()
    split_by: str | None = None
    part: int = 1
    taken: str | None = None
    dates: tuple[str, ...] = ()
    codes: tuple[tuple[str, str], ...] = ()
    otherwise: str | None = None
    prefix: str | None = None
    given: str | None = None
    blank: str | None = None

    @property
    def paths(self) -> tuple[str, ...]:
        """Every path of the source that is looked at."""
        looked_up = (self.lookup.within, self.lookup.equals) if self.lookup else ()
        parts = (*self.length.values, *self.length.units) if self.length else ()
        return (*self.sources, *looked_up, *parts, *((self.only_if[0],) if self.only_if else ()))


@dataclass(frozen=True)
class Level:
    """A list of the source, for each member of which there are rows: its path, and what a member is called after."""

    path: str
    name: str


@dataclass(frozen=True)
class Fetch:
    """How a public service is asked for files of a source.

    Attributes:
        address: with `<force-slug>` and `<YYYY-MM>` where they go.
        seconds_between: pause between two requests.
    """

    address: str
    seconds_between: float


@dataclass(frozen=True, kw_only=True)
class SourceMapping:
    """How files of one source are read as a feed.

    Attributes:
        name: of the source, as in the file's own name and the landing folder's.
        kind, encoding, delimiter: how its files are written.
        file_name_pattern: as of a contract.
        levels: lists that are unrolled, each within the ones before it; none where a record is a row.
        columns: by column of the feed.
        columns_not_held, rules_not_held: promises that do not hold for its deliveries, with the reason.
        once: whether of several rows with one primary key in a file only the last is kept.
        fetch: how a public service is asked for its files; None where they are sent.
    """

    name: str
    version: str
    title: str
    description: str
    kind: str
    encoding: str
    delimiter: str | None
    file_name_pattern: str
    levels: tuple[Level, ...]
    columns: Dictionary[str, MappedValue]
    columns_not_held: tuple[str, ...]
    rules_not_held: tuple[str, ...]
    reason_not_held: str
    once: bool
    fetch: Fetch | None = None

    @property
    def label(self) -> str:
        """How a delivery's record names it."""
        return f"{self.name} {self.version}"

    @cached_property
    def fingerprint(self) -> str:
        """Of everything that decides how a file is read."""
        facts = json.dumps({key: value for key, value in asdict(self).items() if key != "fetch"}, sort_keys=True)
        return hashlib.sha256(facts.encode()).hexdigest()[:16]

    @cached_property
    def source_fields(self) -> tuple[str, ...]:
        """First names of the paths that start at the record itself, each once."""
        inner = {level.name for level in self.levels}
        paths = [*(path for value in self.columns.values() for path in value.paths), *(one.path for one in self.levels)]
        firsts = (path.partition(".")[0] for path in paths)
        return tuple(dict.fromkeys(first for first in firsts if first not in inner))
