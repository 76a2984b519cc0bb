"""What a statement carries: named, salted sections under one digest.

```
section = [salt: 32 bytes, name, content type, value: bytes]
body    = ["comity-body/1", {name: SHA-256(section)}]
payload = SHA-256(body)                                  what is signed
plaintext = {"sections": [section, …]}                   what is encrypted and delivered
```

The salt hides a section that others could guess.  Names are unique by the map, the name
in a section equals its key, ``act`` is always there, and a delivery shows every section
that is listed, so one statement has one meaning.  Only a case file leaves sections out.

Source: wire profile, sections 4.1 and 11 (ruling 3).
"""

import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from comity.errors import FormatError
from comity.statement import cbor
from comity.statement.model import DIGEST_BYTES
from comity.statement.reading import Reading

MOST_BODY_BYTES: Final = 256 * 1024
"""All of the plaintext; more travels as blobs (ruling 9)."""
SALT_BYTES: Final = 32
MOST_SECTIONS: Final = 256
ACT: Final = "act"
CBOR_TYPE: Final = "application/cbor"
TEXT_TYPE: Final = "text/plain; charset=utf-8"
_VERSION: Final = "comity-body/1"
_NAME: Final = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9.-]{0,63}")
_CONTENT_TYPE: Final = re.compile(r"[ -~]{1,128}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of a body that can be shown, kept or erased by itself."""

    name: str
    content_type: str
    value: bytes
    salt: bytes = field(repr=False)
    encoded: bytes = field(init=False, repr=False, compare=False)
    digest: bytes = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Encode it; raises ``FormatError`` (``body.section``) if it is not well formed."""
        if (
            len(self.salt) != SALT_BYTES
            or _NAME.fullmatch(self.name) is None
            or _CONTENT_TYPE.fullmatch(self.content_type) is None
        ):
            raise FormatError("body.section", name=ascii(self.name[:64]))
        encoded = cbor.encode([self.salt, self.name, self.content_type, self.value])
        object.__setattr__(self, "encoded", encoded)
        object.__setattr__(self, "digest", sha256(encoded).digest())


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyRecord:
    """A body of which sections may be left out: the listing, and what is shown."""

    listing: bytes
    sections: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartialBody:
    """What a record shows of a body, and the names of what it leaves out."""

    sections: Mapping[str, Section]
    missing: tuple[str, ...]


def new_section(name: str, content_type: str, value: bytes) -> Section:
    """Return a section with a fresh salt."""
    return Section(
        name=name, content_type=content_type, value=value, salt=secrets.token_bytes(SALT_BYTES)
    )


def decode_section(encoded: bytes) -> Section:
    """Read a section.

    Raises:
        FormatError: ``body.section``, ``cbor.…``.

    """
    match cbor.decode(encoded, max_bytes=MOST_BODY_BYTES):
        case [bytes() as salt, str() as name, str() as content_type, bytes() as value]:
            return Section(name=name, content_type=content_type, value=value, salt=salt)
        case _:
            raise FormatError("body.section", name="")


def body_bytes(digests: Mapping[str, bytes]) -> bytes:
    """Return the listing: the preimage of what is signed."""
    return cbor.encode([_VERSION, digests])


def payload_of(sections: Iterable[Section]) -> bytes:
    """Return what a statement with these sections signs (32 bytes).

    Raises:
        FormatError: ``body.duplicate``, ``body.no-act``, ``body.too-many``.

    """
    return sha256(body_bytes(_digests(_by_name(sections)))).digest()


def seal_plaintext(sections: Iterable[Section]) -> bytes:
    """Return what is encrypted for a party: the whole body.

    Raises:
        FormatError: as ``payload_of``; ``body.too-large``.

    """
    plaintext = cbor.encode({"sections": [each.encoded for each in _by_name(sections).values()]})
    if len(plaintext) > MOST_BODY_BYTES:
        raise FormatError("body.too-large", size=len(plaintext), limit=MOST_BODY_BYTES)
    return plaintext


def open_body(plaintext: bytes, payload: bytes) -> dict[str, Section]:
    """Return the sections of a delivered body, by name, if they are what was signed.

    Raises:
        FormatError: ``body.does-not-fit`` (a section is missing, changed or more than
            was signed), ``body.duplicate``, ``body.no-act``, ``body.section``, ``cbor.…``,
            ``statement.field``.

    """
    reading = Reading(cbor.decode(plaintext, max_bytes=MOST_BODY_BYTES), "body")
    encoded = reading.byte_strings("sections", most=MOST_SECTIONS)
    reading.done()
    sections = _by_name(decode_section(each) for each in encoded)
    if sha256(body_bytes(_digests(sections))).digest() != payload:
        raise FormatError("body.does-not-fit")
    return sections


def encode_partial(listing: bytes, sections: Sequence[bytes]) -> bytes:
    """Return a record of a body that may leave sections out."""
    return cbor.encode({"listing": listing, "sections": list(sections)})


def decode_partial(data: bytes) -> BodyRecord:
    """Read a record; ``open_partial`` checks it.

    Raises:
        FormatError: ``statement.field``, ``cbor.…``.

    """
    reading = Reading(cbor.decode(data, max_bytes=2 * MOST_BODY_BYTES), "body record")
    listing = reading.bytes("listing")
    sections = reading.byte_strings("sections", most=MOST_SECTIONS)
    reading.done()
    return BodyRecord(listing=listing, sections=sections)


def open_partial(record: BodyRecord, payload: bytes) -> PartialBody:
    """Return what a record shows, if all of it is what was signed.

    Raises:
        FormatError: ``body.does-not-fit``, ``body.duplicate``, ``body.no-act``,
            ``body.listing``, ``body.section``, ``cbor.…``.

    """
    if sha256(record.listing).digest() != payload:
        raise FormatError("body.does-not-fit")
    listed = decode_listing(record.listing)
    sections = _by_name(decode_section(each) for each in record.sections)
    for name, section in sections.items():
        if listed.get(name) != section.digest:
            raise FormatError("body.does-not-fit")
    return PartialBody(
        sections=sections, missing=tuple(name for name in listed if name not in sections)
    )


def decode_listing(listing: bytes) -> dict[str, bytes]:
    """Read a listing: section name to digest.

    Raises:
        FormatError: ``body.listing``, ``body.no-act``, ``cbor.…``.

    """
    value = cbor.decode(listing, max_bytes=MOST_BODY_BYTES)
    if not isinstance(value, list) or len(value) != 2 or value[0] != _VERSION:  # noqa: PLR2004
        raise FormatError("body.listing")
    entries = value[1]
    if not isinstance(entries, dict) or len(entries) > MOST_SECTIONS:
        raise FormatError("body.listing")
    digests: dict[str, bytes] = {}
    for name, digest in entries.items():
        if not isinstance(name, str) or _NAME.fullmatch(name) is None:
            raise FormatError("body.listing")
        if not isinstance(digest, bytes) or len(digest) != DIGEST_BYTES:
            raise FormatError("body.listing")
        digests[name] = digest
    if ACT not in digests:
        raise FormatError("body.no-act")
    return digests


def _by_name(sections: Iterable[Section]) -> dict[str, Section]:
    found: dict[str, Section] = {}
    for section in sections:
        if section.name in found:
            raise FormatError("body.duplicate", name=section.name)
        found[section.name] = section
    if ACT not in found:
        raise FormatError("body.no-act")
    if len(found) > MOST_SECTIONS:
        raise FormatError("body.too-many", count=len(found), limit=MOST_SECTIONS)
    return found


def _digests(sections: Mapping[str, Section]) -> dict[str, bytes]:
    return {name: section.digest for name, section in sections.items()}
