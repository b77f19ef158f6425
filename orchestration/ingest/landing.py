"""What lies in the landing folder: which files are deliveries of which feed, and which are not.

Belongs here: walking folders, file names, pairing files with manifests, refusing links and special files. Does not
belong here: opening any file.
"""

from __future__ import annotations

import os
import stat
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from orchestration.contracts import FeedContract, FeedMode
from orchestration.contracts.mappings import mapped_contract
from orchestration.contracts.source_mapping import SourceMapping
from orchestration.ingest.problems import UnplacedFile

MANIFEST_SUFFIX = ".manifest.json"
_MAX_DEPTH = 20
_IN_PROGRESS = (".tmp", ".temp", ".part", ".partial", ".filepart", ".crdownload", ".swp", "~")


@dataclass(frozen=True)
class DeliveryName:
    """What a file name says.

    Attributes:
        extract_date: date of the extract. A file named by month counts as extracted on the month's last day.
        file_sequence: 1, or the number at the end of the name.
        force_slug, month: partition of a feed that is a snapshot per force and month (`YYYY-MM`); else None.
        extension: `csv`, `csv.gz`, `jsonl`, `jsonl.gz` or `parquet`.
    """

    extract_date: date
    file_sequence: int
    force_slug: str | None
    month: str | None
    extension: str

    @property
    def partition(self) -> str | None:
        """`force-slug|YYYY-MM`, or None."""
        return f"{self.force_slug}|{self.month}" if self.force_slug and self.month else None


@dataclass(frozen=True)
class FileStamp:
    """A file as it lay when last looked at: enough to tell that it has not changed since."""

    size: int
    mtime_ns: int

    @classmethod
    def of(cls, path: Path) -> FileStamp:
        """Of the file itself, never of what a link points at."""
        return cls.from_stat(path.lstat())

    @classmethod
    def from_stat(cls, status: os.stat_result) -> FileStamp:
        """Of a file already asked."""
        return cls(status.st_size, status.st_mtime_ns)


@dataclass(frozen=True)
class LandingFile:
    """One regular file in a feed's folder.

    Attributes:
        path: where it is.
        relative_path: below the landing folder, with `/`; identifies the file in receipts.
        name: what its name says; None if that was not understood.
        manifest_path, manifest_stamp: its manifest, if there is one.
        mapping: by which it is read, if it is of another system's layout.
    """

    path: Path
    relative_path: str
    stamp: FileStamp
    name: DeliveryName | None
    manifest_path: Path | None
    manifest_stamp: FileStamp | None
    mapping: SourceMapping | None = None


@dataclass(frozen=True)
class FeedLanding:
    """Everything found in one feed's folder."""

    files: tuple[LandingFile, ...]
    unplaced: tuple[UnplacedFile, ...]


def understand_name(contract: FeedContract, file_name: str) -> DeliveryName | None:
    """What a file name says under the contract's pattern (case apart), or None if it does not follow it."""
    match = contract.delivery.file_name_regex.fullmatch(file_name.lower())
    if match is None:
        return None
    groups = match.groupdict()
    sequence = int(groups.get("sequence") or 1)
    if sequence > 2**31 - 1:
        return None
    month = groups.get("month")
    try:
        if month is not None:
            year, number = int(month[:4]), int(month[5:])
            extracted = date(year, number, monthrange(year, number)[1])
        else:
            text = groups["extract_date"] or ""
            extracted = date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None
    partitioned = contract.mode is FeedMode.SNAPSHOT_PER_PARTITION
    return DeliveryName(
        extract_date=extracted,
        file_sequence=sequence,
        force_slug=groups.get("force_slug") if partitioned else None,
        month=month if partitioned else None,
        extension=groups["extension"] or "",
    )


def expected_names(contract: FeedContract) -> str:
    """The naming rule of a feed, for messages."""
    return f"{contract.delivery.file_name_pattern}.<csv|csv.gz|jsonl|jsonl.gz|parquet>"


def look_at_feed(contract: FeedContract, landing_dir: Path, drawn_by: date | None = None) -> FeedLanding:
    """The files of one feed in the landing folder, in path order: its own, and those of every source that is mapped to
    it (`<agency>/<source>/`). Sub-folders count; links are refused.

    With `drawn_by`, without those whose names say that they were drawn later. A file whose name says nothing is there:
    it is refused on any day.

    Hidden files and unfinished transfers (`.tmp`, `.part`, …) are passed over in silence.
    """
    own = _look_at_folder(contract, contract.feed, landing_dir)
    mapped = [
        _look_at_folder(mapped_contract(contract, mapping), mapping.name, landing_dir, mapping)
        for mapping in contract.mappings
    ]
    files = (*own.files, *(file for found in mapped for file in found.files))
    return FeedLanding(
        files=tuple(
            file for file in files if drawn_by is None or file.name is None or file.name.extract_date <= drawn_by
        ),
        unplaced=(*own.unplaced, *(item for found in mapped for item in found.unplaced)),
    )


def _look_at_folder(
    contract: FeedContract, folder: str, landing_dir: Path, mapping: SourceMapping | None = None
) -> FeedLanding:
    found: list[tuple[Path, FileStamp]] = []
    unplaced: list[UnplacedFile] = []
    for part in (Path(contract.agency), Path(contract.agency) / folder):
        if (landing_dir / part).is_symlink():
            return FeedLanding((), (_refused_link(str(part)),))
    _walk(landing_dir / contract.agency / folder, landing_dir, found, unplaced)
    manifests = {path: stamp for path, stamp in found if path.name.lower().endswith(MANIFEST_SUFFIX)}
    files: list[LandingFile] = []
    claimed: set[Path] = set()
    for path, stamp in found:
        if path in manifests:
            continue
        name = understand_name(contract, path.name)
        manifest = next((item for item in _manifest_paths(path, name) if item in manifests), None)
        if manifest is not None:
            claimed.add(manifest)
        files.append(
            LandingFile(
                path=path,
                relative_path=relative_text(path, landing_dir),
                stamp=stamp,
                name=name,
                manifest_path=manifest,
                manifest_stamp=manifests[manifest] if manifest else None,
                mapping=mapping,
            )
        )
    for orphan in sorted(manifests.keys() - claimed):
        unplaced.append(
            UnplacedFile(
                relative_text(orphan, landing_dir),
                "manifest-without-file",
                "a manifest has arrived but the file it describes has not; deliver the file, or take the manifest back",
            )
        )
    files.sort(key=lambda file: file.relative_path)
    return FeedLanding(tuple(files), tuple(sorted(unplaced)))


def look_outside_feeds(contracts: Iterable[FeedContract], landing_dir: Path) -> tuple[UnplacedFile, ...]:
    """Folders and files of the landing folder that belong to no feed, each with what was expected."""
    feeds: dict[str, set[str]] = {}
    for contract in contracts:
        folders = {contract.feed, *(mapping.name for mapping in contract.mappings)}
        feeds.setdefault(contract.agency, set()).update(folders)
    unplaced: list[UnplacedFile] = []
    for agency in _entries(landing_dir):
        expected = f"expected folders: {', '.join(sorted(feeds))}"
        if agency.is_symlink():
            unplaced.append(_refused_link(agency.name))
        elif not agency.is_dir(follow_symlinks=False):
            text = f"lies outside any feed's folder; put it in <agency>/<feed>/; {expected}"
            unplaced.append(UnplacedFile(_shown(agency.name), "no-such-feed", text))
        elif agency.name not in feeds:
            text = f"no agency of this name has a contract; {expected}"
            unplaced.append(UnplacedFile(_shown(agency.name), "no-such-feed", text))
        else:
            known = feeds[agency.name]
            text = f"no feed of this name has a contract; feeds of {agency.name}: {', '.join(sorted(known))}"
            unplaced += [
                UnplacedFile(f"{agency.name}/{_shown(entry.name)}", "no-such-feed", text)
                for entry in _entries(Path(agency.path))
                if entry.name not in known or not (entry.is_dir(follow_symlinks=False) or entry.is_symlink())
            ]
    return tuple(sorted(unplaced))


def relative_text(path: Path, landing_dir: Path) -> str:
    """A path below the landing folder as text that any file format can hold (odd bytes as `\\xNN`)."""
    return _shown(path.relative_to(landing_dir).as_posix())


def _manifest_paths(path: Path, name: DeliveryName | None) -> tuple[Path, ...]:
    """`<file>.manifest.json`, or the same without the file's extension: senders do either."""
    full = path.with_name(path.name + MANIFEST_SUFFIX)
    if name is None:
        return (full,)
    return full, path.with_name(path.name[: -len(name.extension) - 1] + MANIFEST_SUFFIX)


def _walk(
    folder: Path, landing_dir: Path, found: list[tuple[Path, FileStamp]], unplaced: list[UnplacedFile], depth: int = 0
) -> None:
    try:
        entries = _entries(folder)
    except PermissionError:
        text = "may not be listed by the warehouse; give its user permission to read and enter the folder"
        unplaced.append(UnplacedFile(relative_text(folder, landing_dir), "no-permission", text))
        return
    for entry in entries:
        path = Path(entry.path)
        try:
            status = entry.stat(follow_symlinks=False)
        except FileNotFoundError:  # renamed or removed since the folder was listed
            continue
        mode = status.st_mode
        if stat.S_ISDIR(mode) and depth == _MAX_DEPTH:
            text = f"lies more than {_MAX_DEPTH} folders deep and was not opened; put files in the feed's folder"
            unplaced.append(UnplacedFile(relative_text(path, landing_dir), "too-deep", text))
        elif stat.S_ISDIR(mode):
            _walk(path, landing_dir, found, unplaced, depth + 1)
        elif stat.S_ISREG(mode):
            found.append((path, FileStamp.from_stat(status)))
        elif stat.S_ISLNK(mode):
            unplaced.append(_refused_link(relative_text(path, landing_dir)))
        else:
            text = "is neither a file nor a folder and was not opened; deliver a regular file"
            unplaced.append(UnplacedFile(relative_text(path, landing_dir), "not-a-file", text))


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    """Entries of a folder in name order, hidden and unfinished ones apart; none if there is no such folder."""
    try:
        with os.scandir(folder) as entries:
            kept = [
                entry
                for entry in entries
                if not entry.name.startswith(".") and not entry.name.lower().endswith(_IN_PROGRESS)
            ]
    except (FileNotFoundError, NotADirectoryError):
        return []
    return sorted(kept, key=lambda entry: entry.name)


def _refused_link(path: str) -> UnplacedFile:
    text = "is a symbolic link and was not followed (it could point anywhere); deliver the file itself"
    return UnplacedFile(_shown(path), "symbolic-link", text)


def _shown(text: str) -> str:
    return os.fsencode(text).decode("utf-8", "backslashreplace")
