"""Who is calling: every request between nodes is signed with the party's transport key.

Covered are method, authority, path, query and ``comity-version``; with a body also
``content-type`` and ``content-digest``, and ``content-range`` for a piece of an attachment;
without one, none of the three may be there.  Parameters: ``created``, ``expires`` (at most
300 s later), ``nonce`` (16 bytes), ``keyid`` (base64url of the key's thumbprint), ``alg``
(ed25519) and ``tag`` (comity/1).  Exactly one such signature counts.

The signature is checked before a byte of the body is read, and the body then against the
digest that was signed.  It keeps strangers out and protects reads; statements prove
themselves.  Nonces are remembered in memory while their signatures are fresh and forgotten
when the process ends: what a replay after a restart can do is to deliver again what has been
delivered, which changes nothing.

Source: RFC 9421; RFC 9530; wire profile, section 5.1; security threats T07, T08, T11.
"""

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import OrderedDict
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from http_message_signatures import (
    ContentDigest,
    HTTPMessageSigner,
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
    InvalidSignature,
    PreparedSignature,
    VerificationKey,
    algorithms,
)
from http_message_signatures.exceptions import HTTPMessageSignaturesException

from comity.errors import ComityError, FormatError, PeerError, TrustError
from comity.exchange.limits import VERSION
from comity.statement.keys import ED25519, PublicKey, Signer
from comity.statement.model import PartyId

TAG: Final = "comity/1"
LABEL: Final = "comity"
SKEW_SECONDS: Final = 120
MOST_LIFE_SECONDS: Final = 300
LIFE_SECONDS: Final = 60
"""How long our own signatures are good."""
NONCE_BYTES: Final = 16
MOST_NONCES: Final = 131_072
"""Remembered for each key; a caller with more at a time is told to wait."""

_ALWAYS: Final = ("@method", "@authority", "@path", "@query", "comity-version")
_BODY: Final = ("content-type", "content-digest")
_RANGE: Final = "content-range"
_PARAMETERS: Final = frozenset({"created", "expires", "nonce", "keyid", "alg", "tag"})
_KID_LETTERS: Final = 43


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A request that is about to be sent."""

    method: str
    url: str
    headers: MutableMapping[str, str]


class HeaderLines(Protocol):
    """Header fields as they arrived, every line of them; names in any case."""

    def items(self) -> "list[tuple[str, str]]":
        """Return the lines."""

    def get(self, key: str, default: str, /) -> str:
        """Return the first line of a field."""

    def __contains__(self, key: object, /) -> bool:
        """Tell whether a field is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A request that has arrived, but for its body."""

    method: str
    url: str
    """Built from Host, the path as it was sent, and the query."""
    headers: HeaderLines


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """A request whose signature holds."""

    caller: PartyId
    digest: str | None
    """The Content-Digest that was signed; ``None`` without a body."""

    def check_body(self, body: bytes) -> None:
        """Compare the body with the digest that was signed.

        Raises:
            FormatError: ``exchange.digest``.

        """
        try:
            if self.digest is None:
                raise FormatError("exchange.digest")
            ContentDigest.verify(self.digest, body)
        except InvalidSignature as error:
            raise FormatError("exchange.digest") from error


def keyid(kid: bytes) -> str:
    """Return a thumbprint as it stands in a signature."""
    return urlsafe_b64encode(kid).rstrip(b"=").decode()


def sign_request(request: Outgoing, signer: Signer, *, now: int, body: bytes | None) -> None:
    """Add version, digest and signature to a request.

    Args:
        request: its headers are changed.
        signer: holds the party's transport key (Ed25519).
        now: unix seconds, UTC.
        body: as it will be sent; ``None`` if there is none.

    """
    request.headers["comity-version"] = VERSION
    with_range = _RANGE in request.headers
    covered = (*_ALWAYS, *(_BODY if body is not None else ()), *((_RANGE,) if with_range else ()))
    created = datetime.fromtimestamp(now, tz=UTC)
    handler = HTTPMessageSigner(signature_algorithm=algorithms.ED25519)
    prepared: PreparedSignature = handler.prepare(
        request,
        key_id=keyid(signer.public.kid),
        created=created,
        expires=created + timedelta(seconds=LIFE_SECONDS),
        nonce=keyid(secrets.token_bytes(NONCE_BYTES)),
        label=LABEL,
        tag=TAG,
        covered_component_ids=covered,
        body=body,
    )
    handler.apply(request, prepared, signer.sign(prepared.signature_base))


class Nonces:
    """The nonces of signatures that are still fresh."""

    def __init__(self, most: int = MOST_NONCES) -> None:
        """Remember at most so many for each key."""
        self._most = most
        self._until: dict[str, OrderedDict[str, int]] = {}

    def use(self, key: str, nonce: str, *, until: int, now: int) -> None:
        """Take a nonce that was not taken before.

        Args:
            key: the keyid under whose signature it stood.
            nonce: as it stood.
            until: when the signature will be stale for sure, unix seconds.
            now: unix seconds.

        Raises:
            TrustError: ``exchange.replay``.
            PeerError: ``exchange.too-many``.

        """
        taken = self._until.setdefault(key, OrderedDict())
        while taken and next(iter(taken.values())) < now:
            taken.popitem(last=False)
        if nonce in taken:
            raise TrustError("exchange.replay", time=now)
        if len(taken) >= self._most:
            raise PeerError("exchange.too-many", retry_after=SKEW_SECONDS)
        # The queue is in order of arrival: nothing is forgotten before its own time, and
        # at most one lifetime after it.
        taken[nonce] = until


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """Lets known callers in."""

    find: Callable[[bytes], tuple[PartyId, PublicKey]]
    """Who holds this transport key; raises ``TrustError`` if nobody does."""
    admit: Callable[[PartyId, str], None]
    """Called with the claimed caller and where the request came from, before any work on its
    signature; raises ``PeerError`` if that is too often."""
    nonces: Nonces = field(default_factory=Nonces)

    def verify(self, request: Incoming, *, source: str, now: int) -> Verified:
        """Return who signed a request.

        Args:
            request: all of it but the body.
            source: where it came from, as far as the network shows.
            now: unix seconds, UTC.

        Raises:
            FormatError: ``exchange.version``.
            TrustError: ``exchange.not-signed``, ``exchange.skew``, ``exchange.replay``;
                ``exchange.unknown-caller`` for strangers and for bad signatures alike.
            PeerError: ``exchange.too-many``.

        """
        if request.headers.get("comity-version", "") != VERSION:
            raise FormatError("exchange.version", expected=VERSION)
        for name in ("signature", "signature-input"):
            if name not in request.headers:
                raise _unsigned("signature", now)
        keys = _Keys(self, source)
        verifier = _Verifier(keys, now)
        try:
            results = verifier.verify(
                request,
                max_age=None,
                expect_tag=TAG,
                require_components=_required(request, now),
            )
        except HTTPMessageSignaturesException as error:
            if isinstance(error.__cause__, ComityError):
                raise error.__cause__ from error
            if keys.caller is None:
                raise _unsigned("malformed", now) from error
            raise TrustError("exchange.unknown-caller") from error
        parameters: Mapping[str, int | str] = results[0].parameters
        self.nonces.use(
            str(parameters["keyid"]),
            str(parameters["nonce"]),
            until=int(parameters["expires"]) + SKEW_SECONDS,
            now=now,
        )
        if keys.caller is None:  # pragma: no cover - nothing verifies without a key
            raise TrustError("exchange.unknown-caller")
        digest = results[0].covered_components.get('"content-digest"')
        return Verified(caller=keys.caller, digest=digest)


class _Keys(HTTPSignatureKeyResolver):
    """Finds the caller's key once, and counts the request against it first."""

    def __init__(self, gate: Gate, source: str) -> None:
        self._gate = gate
        self._source = source
        self._asked = False
        self.caller: PartyId | None = None

    def resolve_public_key(self, key_id: str) -> VerificationKey | None:
        if self._asked:
            raise TrustError("exchange.unknown-caller")
        self._asked = True
        try:
            caller, key = self._gate.find(_thumbprint(key_id))
        except TrustError as error:
            # The same answer for everyone we do not know.
            raise TrustError("exchange.unknown-caller") from error
        self._gate.admit(caller, self._source)
        self.caller = caller
        if key.alg != ED25519:
            raise TrustError("exchange.unknown-caller")
        # The library takes keys of the `cryptography` package; an admitted one is inside.
        return key.loaded if isinstance(key.loaded, Ed25519PublicKey) else None


class _Verifier(HTTPMessageVerifier):
    """The library's verifier, with the node's clock and our bounds."""

    def __init__(self, keys: _Keys, now: int) -> None:
        super().__init__(signature_algorithm=algorithms.ED25519, key_resolver=keys)
        self._now = now

    def validate_created_and_expires(
        self, sig_input: "_Parameters", max_age: timedelta | None = None
    ) -> None:
        """Check the parameters; called before the key is looked up."""
        del max_age
        params, now = sig_input.params, self._now
        if set(params) != _PARAMETERS:
            raise _unsigned("parameters", now)
        created, expires, nonce = params["created"], params["expires"], params["nonce"]
        if type(created) is not int or type(expires) is not int or not isinstance(nonce, str):
            raise _unsigned("parameters", now)
        if len(_decoded(nonce)) < NONCE_BYTES or not 0 <= expires - created <= MOST_LIFE_SECONDS:
            raise _unsigned("parameters", now)
        if created > now + SKEW_SECONDS or expires < now - SKEW_SECONDS:
            raise TrustError("exchange.skew", time=now)


class _Parameters(Protocol):
    @property
    def params(self) -> Mapping[str, object]:
        """Parameters of a signature."""


def _required(request: Incoming, now: int) -> tuple[str, ...]:
    headers = request.headers
    if headers.get("content-length", "0") != "0":
        return (*_ALWAYS, *_BODY, *((_RANGE,) if _RANGE in headers else ()))
    if any(name in headers for name in (*_BODY, _RANGE)):
        raise _unsigned("content", now)
    return _ALWAYS


def _unsigned(why: str, now: int) -> TrustError:
    return TrustError("exchange.not-signed", why=why, time=now)


def _decoded(text: str) -> bytes:
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        return urlsafe_b64decode(padded)
    except ValueError:
        return b""


def _thumbprint(key_id: str) -> bytes:
    kid = _decoded(key_id)
    # One spelling only: junk that a lenient decoder skips would be another spelling.
    if len(key_id) != _KID_LETTERS or keyid(kid) != key_id:
        raise TrustError("exchange.unknown-caller")
    return kid
