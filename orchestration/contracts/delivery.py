"""Read how an agency writes its files: the `servers` entry of a contract.

Belongs here: the landing folder, the kind of file, its encoding, formats and spellings. The columns in the files are
read by `columns`.
"""

from __future__ import annotations

from orchestration.contracts.formats import DATE_FORMATS, TIMESTAMP_FORMATS
from orchestration.contracts.model import DeliveryFormat, Spelling
from orchestration.contracts.reader import Faults, Node, must_equal

TIMEZONES = {"Europe/London": "local wall-clock time", "UTC": "universal time"}
_FILE_KINDS = {"csv": "delimited text", "jsonl": "JSON lines"}


def read_delivery(document: Node, landing: str) -> DeliveryFormat:
    """The format of the files in the one server a contract has, the landing folder `landing`.

    Raises:
        ContractError: with everything that is missing, misspelt or contradicts itself.
    """
    servers = list(document.items("servers", label="server"))
    if len(servers) != 1:
        raise document.child("servers").problem(f"expected exactly one (the landing folder), found {len(servers)}")
    server = servers[0]
    server.only("server", "type", "description", "path", "format", "customProperties")
    faults = Faults()
    faults.of(must_equal, server.child("path"), landing, "the landing folder of the feed")
    kind = faults.of(server.one_of, "format", _FILE_KINDS)
    custom = faults.of(server.custom)
    faults.of(
        Node.only, custom, "encoding", "delimiter", "dateFormat", "timestampFormat", "timeZone", "missingValues",
        "yesValue", "noValue", "yesNoSpellings", "fileNamePattern", "furtherDateFormats", "furtherTimestampFormats",
    )  # fmt: skip
    delimiter = faults.of(_delimiter, custom, kind)
    encoding = faults.of(read_encoding, custom)
    date_format = faults.of(_optional_of, custom, "dateFormat", DATE_FORMATS)
    timestamp_format = faults.of(_optional_of, custom, "timestampFormat", TIMESTAMP_FORMATS)
    further_dates = faults.of(read_formats, custom, "furtherDateFormats", DATE_FORMATS)
    further_timestamps = faults.of(read_formats, custom, "furtherTimestampFormats", TIMESTAMP_FORMATS)
    timezone = faults.of(Node.one_of, custom, "timeZone", TIMEZONES)
    missing_values = faults.of(Node.texts, custom, "missingValues")
    yes_value, no_value = (faults.of(Node.optional_text, custom, key) for key in ("yesValue", "noValue"))
    yes_no_spellings = faults.of(read_yes_no_spellings, custom, yes_value or "Y", no_value or "N")
    file_name_pattern = faults.of(Node.text, custom, "fileNamePattern")
    faults.check()
    return DeliveryFormat(
        kind=kind,
        encoding=encoding,
        delimiter=delimiter,
        date_format=date_format,
        timestamp_format=timestamp_format,
        timezone=timezone,
        missing_values=missing_values,
        yes_value=yes_value or "Y",
        no_value=no_value or "N",
        yes_no_spellings=yes_no_spellings,
        file_name_pattern=file_name_pattern,
        further_date_formats=further_dates,
        further_timestamp_formats=further_timestamps,
    )


def read_formats(custom: Node, key: str, known: dict[str, str]) -> tuple[str, ...]:
    """Notations under a key, each one that the warehouse knows; empty if the key is absent.

    Raises:
        ContractError: one is not known.
    """
    formats = custom.texts(key)
    for notation in formats:
        if notation not in known:
            raise custom.child(key).problem(f"'{notation}' is not one of: {', '.join(known)}")
    return formats


def read_yes_no_spellings(custom: Node, yes: str, no: str) -> tuple[Spelling, ...]:
    """Further spellings of yes and of no, with the reason they are read.

    Raises:
        ContractError: a text is both, or the reason is missing.
    """
    if not custom.has("yesNoSpellings"):
        return ()
    node = custom.child("yesNoSpellings")
    faults = Faults()
    faults.of(node.only, "yes", "no", "reason")
    written = {means: faults.of(node.texts, key) for means, key in ((yes, "yes"), (no, "no"))}
    reason = faults.of(node.text, "reason", "say who writes it so, and when that was agreed")
    faults.check()
    if both := {text.lower() for text in written[yes]} & {text.lower() for text in written[no]}:
        raise node.problem(f"{', '.join(sorted(both))}: read as yes and as no; keep one of them")
    return tuple(Spelling(means, texts, reason) for means, texts in written.items() if texts)


def _delimiter(custom: Node, kind: str) -> str | None:
    if (kind == "csv") != custom.has("delimiter"):
        raise custom.child("delimiter").problem("CSV needs a delimiter, JSON lines must not have one")
    return custom.optional_text("delimiter")


def read_encoding(custom: Node) -> str:
    """The encoding, which Python must know.

    Raises:
        ContractError: it does not.
    """
    encoding = custom.text("encoding")
    try:
        "".encode(encoding)
    except LookupError:
        raise custom.child("encoding").problem(f"'{encoding}' is not an encoding Python knows, such as utf-8") from None
    return encoding


def _optional_of(custom: Node, key: str, options: dict[str, str]) -> str | None:
    return custom.one_of(key, options) if custom.has(key) else None
