"""Lineage kept for as long as nothing it is read from changes.

Belongs here: when what was read before may be taken again, and its form in a file. Does not belong here: reading it
(`reach`).

Following 30 marts through 140 queries takes two CPU seconds, as much for an empty warehouse as for a full one, and
gives the same every night until a model changes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import asdict
from importlib import metadata
from pathlib import Path
from typing import Any

from orchestration.atomic import replacing
from orchestration.lineage.reach import Mart, Origin, Reach, read_reach

_KEPT = 8
"""Projects whose lineage is kept: of branches and reference lists that take turns."""


def kept_reach(
    manifest_path: Path,
    published: Mapping[str, Collection[str]],
    feed_columns: Mapping[str, Collection[str]],
    dialect: str,
    *,
    data_dir: Path,
    folder: Path,
) -> Reach:
    """As `read_reach`; from a file in `folder`, where project, contracts and this code are those it was read from.

    Args:
        manifest_path: of the build; its compiled SQL lies beside it and follows from it.
        published: columns of every published table, by `schema.table`.
        feed_columns: columns of every feed by `agency/feed`.
        dialect: of the compiled SQL.
        data_dir: of this warehouse; where it lies bears on nothing.
        folder: where files are kept.
    """
    digest = hashlib.sha256(manifest_path.read_bytes().replace(json.dumps(str(data_dir))[1:-1].encode(), b""))
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.read_bytes())
    columns = [sorted((name, sorted(values)) for name, values in of.items()) for of in (published, feed_columns)]
    digest.update(json.dumps([columns, dialect, metadata.version("sqlglot")]).encode())
    path = folder / f"{digest.hexdigest()[:16]}.json"
    if path.is_file():
        return _reach(json.loads(path.read_text(encoding="utf-8")))
    reach = read_reach(manifest_path, published, feed_columns, dialect)
    with replacing(path) as unfinished:
        unfinished.write_text(json.dumps(_document(reach)), encoding="utf-8")
    for older in sorted(folder.glob("*.json"), key=lambda file: file.stat().st_mtime_ns)[:-_KEPT]:
        older.unlink(missing_ok=True)
    return reach


def _document(reach: Reach) -> dict[str, Any]:
    marts = [
        asdict(mart)
        | {"rows": sorted(mart.rows), "columns": {name: sorted(origins) for name, origins in mart.columns.items()}}
        for mart in reach.marts
    ]
    return {"marts": marts, "staged": dict(reach.staged), "unread": dict(reach.unread)}


def _reach(document: Mapping[str, Any]) -> Reach:
    return Reach(
        tuple(
            Mart(
                name=mart["name"],
                purpose=mart["purpose"],
                columns={name: _origins(found) for name, found in mart["columns"].items()},
                rows=_origins(mart["rows"]),
            )
            for mart in document["marts"]
        ),
        document["staged"],
        document["unread"],
    )


def _origins(found: list[list[Any]]) -> frozenset[Origin]:
    return frozenset(Origin(*origin) for origin in found)
