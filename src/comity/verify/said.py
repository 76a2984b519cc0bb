"""Each statement by itself: its form, whose key it is, its signature, its body."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from comity.casefile.layout import Folder, Place, payload_path
from comity.errors import ComityError, FormatError, TrustError
from comity.fold.entry import Said
from comity.parties.directory import Directory
from comity.parties.inception import NODE
from comity.statement import cbor
from comity.statement.act import read_act
from comity.statement.body import (
    MOST_BODY_BYTES,
    BodyRecord,
    PartialBody,
    Section,
    decode_partial,
    open_partial,
)
from comity.statement.envelope import MOST_STATEMENT_BYTES, Statement, UnverifiedStatement, parse
from comity.statement.languages import check_texts
from comity.statement.model import PartyId, StatementId, SubjectId, subject_of
from comity.verify.bundle import Bundle
from comity.verify.checks import About, Checks, Verdict

_BODY: Final = "comity-body/"
MOST_RECORD_BYTES: Final = 2 * MOST_BODY_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A statement of which form, key, signature and body hold."""

    about: About
    statement: Statement
    said: Said
    sections: Mapping[str, Section]
    """What the exporter shows."""
    complete: bool
    """Every section is shown."""

    @property
    def sid(self) -> StatementId:
        """The statement's id."""
        return self.said.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """All statements in a file: those that hold, and the log entries of all that can be read."""

    heard: Mapping[StatementId, Heard]
    entries: Mapping[StatementId, bytes]


def hear(bundle: Bundle, directory: Directory, checks: Checks) -> Hearing:
    """Check every statement by itself."""
    heard: dict[StatementId, Heard] = {}
    entries: dict[StatementId, bytes] = {}
    for path, place in bundle.paths(Folder.STATEMENTS):
        about = About(object=path, statement=StatementId(place.digest))
        read = partial(_read, bundle, path, place)
        unverified = checks.attempt("format", about, read)
        if unverified is None:
            checks.rests(("key", "signature", "body"), about)
            continue
        entries[unverified.sid] = unverified.entry
        found = _prove(bundle, directory, checks, (about, unverified))
        if found is not None:
            heard[unverified.sid] = found
    _check_strays(bundle, checks)
    return Hearing(heard=heard, entries=entries)


def _read(bundle: Bundle, path: str, place: Place) -> UnverifiedStatement:
    data = bundle.archive.read(path, MOST_STATEMENT_BYTES)
    statement = parse(data)
    if statement.encoded != data:
        raise FormatError("verify.not-emptied")
    if statement.sid != place.digest:
        raise FormatError("verify.id-differs")
    return statement


def _prove(
    bundle: Bundle,
    directory: Directory,
    checks: Checks,
    found: tuple[About, UnverifiedStatement],
) -> Heard | None:
    about, unverified = found
    header = unverified.header
    if header.issuer not in directory.parties:
        checks.missing("key", about, "verify.card-missing", party=header.issuer)
        checks.rests(("signature", "body"), about)
        return None
    issuer = PartyId(header.issuer)
    key = checks.attempt("key", about, lambda: directory.key_for(issuer, header.kid))
    if key is None:
        checks.rests(("signature", "body"), about)
        return None
    statement = checks.attempt("signature", about, lambda: unverified.verify(key[0]))
    body = _body(bundle, checks, (about, unverified))
    if statement is None or body is None:
        return None
    return _heard(checks, statement, body, (about, key[1] == NODE))


def _body(
    bundle: Bundle, checks: Checks, found: tuple[About, UnverifiedStatement]
) -> PartialBody | None:
    about, unverified = found
    path = payload_path(unverified.sid)
    if not bundle.holds(path):
        checks.missing("body", about, "verify.payload-missing")
        return None
    try:
        record = decode_partial(bundle.archive.read(path, MOST_RECORD_BYTES))
        if (version := _newer_body(record)) is not None:
            checks.open(
                "body", about, Verdict.UNKNOWN_VERSION, "verify.newer-format", format=version
            )
            return None
        body = open_partial(record, unverified.payload)
    except ComityError as error:
        checks.error("body", about, error)
        return None
    checks.holds("body", about)
    _check_left_out(bundle, checks, about, body)
    return body


def _newer_body(record: BodyRecord) -> str | None:
    """Return the version that a listing names, if it is one that this program does not know."""
    match cbor.decode(record.listing, max_bytes=MOST_BODY_BYTES):
        case [str() as version, *_] if version.startswith(_BODY) and version != f"{_BODY}1":
            return version[:40]
        case _:
            return None


def _check_left_out(bundle: Bundle, checks: Checks, about: About, body: PartialBody) -> None:
    declared = set(bundle.manifest.left_out)
    hidden = sorted(set(body.missing) - declared)
    if hidden:
        checks.fails("sections", about, "verify.sections-not-declared", names=", ".join(hidden))
    elif body.missing:
        names = ", ".join(sorted(body.missing))
        checks.missing("sections", about, "verify.sections-left-out", names=names)
    else:
        checks.holds("sections", about)


def _heard(
    checks: Checks, statement: Statement, body: PartialBody, found: tuple[About, bool]
) -> Heard | None:
    about, by_node = found
    try:
        act = read_act(body.sections)
        if not body.missing:
            check_texts(act, body.sections)
        subject: SubjectId = subject_of(statement.header.subject)
    except (FormatError, TrustError) as error:
        checks.error("body", about, error)
        return None
    return Heard(
        about=about,
        statement=statement,
        said=Said(
            id=statement.sid,
            issuer=PartyId(statement.header.issuer),
            subject=subject,
            act=act,
            claimed_at=statement.header.issued_at,
            by_node=by_node,
        ),
        sections=body.sections,
        complete=not body.missing,
    )


def _check_strays(bundle: Bundle, checks: Checks) -> None:
    """Note bodies and receipts whose statement is not there."""
    held = {
        place.digest
        for folder in (Folder.STATEMENTS, Folder.KEYS)
        for _, place in bundle.paths(folder)
    }
    for folder, check in ((Folder.PAYLOADS, "body"), (Folder.RECEIPTS, "inclusion")):
        for path, place in bundle.paths(folder):
            if place.digest not in held:
                about = About(object=path, statement=StatementId(place.digest), log=place.party)
                checks.missing(check, about, "verify.statement-for-file-missing")
