"""Changing exported files as an attacker would: byte by byte, object by object, sealed again."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from hashlib import sha256, sha512
from io import BytesIO
from pathlib import Path
from typing import Final

from comity.casefile.container import from_bytes, measure, open_archive, write_archive
from comity.casefile.manifest import (
    MANIFEST,
    SIGNATURE,
    FileRecord,
    Manifest,
    decode_manifest,
    encode_manifest,
    sign_manifest,
)
from comity.errors import FormatError
from comity.node.keyring import SIGN, load_keys, open_vault
from comity.statement.keys import PrivateKey
from comity.statement.model import PartyId
from comity.verify.verifier import verify_stream

Files = dict[str, bytes]
SEAL: Final = {MANIFEST, SIGNATURE}
UNREADABLE: Final = "unreadable"
AT: Final = 1_900_000_000


def verdict(data: bytes, root: str | None) -> str:
    """Return the one word for a file; whatever else is raised is a fault."""
    try:
        report = verify_stream(BytesIO(data), None if root is None else bytes.fromhex(root))
    except FormatError:
        return UNREADABLE
    return report.verdict.value


def unpacked(path: Path) -> Files:
    """Return everything in a case file."""
    with path.open("rb") as file:
        archive = open_archive(file)
        return {name: archive.read(name, 1 << 24) for name in archive.entries}


def packed(files: Mapping[str, bytes]) -> bytes:
    """Return the one archive of these files."""
    out = BytesIO()
    write_archive([measure(from_bytes(name, data)) for name, data in files.items()], out)
    return out.getvalue()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealer:
    """Who signs a manifest again: its exporter, or a stranger who says what he likes."""

    key: PrivateKey
    exporter: PartyId | None = None
    """In whose name; as the manifest says if not given."""

    def seal(self, files: Mapping[str, bytes]) -> bytes:
        """Return a case file of these files, with a manifest that fits them."""
        rest = {name: data for name, data in files.items() if name not in SEAL}
        old = decode_manifest(files[MANIFEST])
        exporter = self.exporter or old.exporter
        records = tuple(
            FileRecord(
                path=path,
                size=len(data),
                sha256=sha256(data).digest(),
                sha512=sha512(data).digest(),
            )
            for path, data in sorted(rest.items())
        )
        told = {each.name: getattr(old, each.name) for each in fields(Manifest)}
        made = replace(Manifest(**told), exporter=exporter, files=records)
        manifest = encode_manifest(made)
        signature = sign_manifest(manifest, exporter, AT, self.key)
        return packed(rest | {MANIFEST: manifest, SIGNATURE: signature})


def sealer_of(folder: Path) -> Sealer:
    """Return the exporter himself, whose keys are those of a node's folder."""
    return Sealer(key=load_keys(folder, open_vault(folder)).signing[SIGN])


def flipped(data: bytes, at: int, bit: int | None = None) -> bytes:
    """Return the data with one bit of one byte changed."""
    bad = bytearray(data)
    bad[at] ^= 1 << (at % 8 if bit is None else bit)
    return bytes(bad)


def scattered(count: int, limit: int) -> Iterator[int]:
    """Yield as many positions below a limit, the same every time."""
    for number in range(count):
        digest = sha256(f"{limit} {number}".encode()).digest()
        yield int.from_bytes(digest[:8], "big") % limit


def evidence(files: Mapping[str, bytes]) -> list[str]:
    """Return what a verdict rests on: all but the seal and the copies for reading."""
    return [name for name in sorted(files) if "/" in name]
