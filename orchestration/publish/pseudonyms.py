"""Pseudonyms: HMAC-SHA-256 (RFC 2104) under a key that never enters the data directory.

One master key, one derived key per domain (person, case, defendant, …), so that the same text in two domains cannot be
matched. Losing the key makes every pseudonym of later publications new; the key is created once and kept.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

KEY_FILE = "pseudonym.key"
_BLOCK_BYTES = 64  # block size of SHA-256, RFC 2104
_PSEUDONYM_HEX = 32  # 128 bits: no collision to expect below 2**64 values


@dataclass(frozen=True)
class PseudonymKey:
    """The master key. `fingerprint` identifies it without giving it away."""

    secret: bytes

    @property
    def fingerprint(self) -> str:
        """First 16 hex digits of the key's own SHA-256."""
        return hashlib.sha256(b"fingerprint" + self.secret).hexdigest()[:16]

    def for_domain(self, domain: str) -> bytes:
        """The key of one domain, 32 bytes."""
        return hmac.digest(self.secret, domain.encode("utf-8"), "sha256")

    def pseudonym(self, domain: str, value: str) -> str:
        """The pseudonym of one value: 32 hex digits. The SQL expression below gives the same."""
        return hmac.digest(self.for_domain(domain), value.encode("utf-8"), "sha256").hex()[:_PSEUDONYM_HEX]

    def sql_expression(self, domain: str, column: str) -> str:
        """DuckDB SQL that gives the pseudonym of a column, null for null. Holds key material: never log it."""
        block = self.for_domain(domain).ljust(_BLOCK_BYTES, b"\0")
        inner = _blob_literal(bytes(byte ^ 0x36 for byte in block))
        outer = _blob_literal(bytes(byte ^ 0x5C for byte in block))
        message = f"encode(cast({column} as varchar))"
        return f"left(sha256({outer} || unhex(sha256({inner} || {message}))), {_PSEUDONYM_HEX})"


def load_or_create_key(keys_dir: Path) -> PseudonymKey:
    """The key in `keys_dir`, made on first use with file mode 0600.

    Raises:
        ValueError: the key file does not hold 64 hex digits.
    """
    path = keys_dir / KEY_FILE
    try:
        descriptor = os.open(_prepared(path), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        text = path.read_text(encoding="ascii").strip()
        try:
            secret = bytes.fromhex(text)
        except ValueError:
            secret = b""
        if len(secret) != 32:
            raise ValueError(
                f"{path} does not hold a pseudonym key (64 hex digits). Restore it from its backup; "
                "a new key would give every person a new pseudonym."
            ) from None
        return PseudonymKey(secret)
    secret = secrets.token_bytes(32)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secret.hex() + "\n")
    return PseudonymKey(secret)


def _prepared(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def _blob_literal(data: bytes) -> str:
    return "'" + "".join(f"\\x{byte:02X}" for byte in data) + "'::blob"
