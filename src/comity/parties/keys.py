"""What a party says about its keys, and what follows from it.

``party.keys`` changes them: a complete new list, signed by the key to which the set before had
committed, with a new commitment.  A thief of the keys in force therefore cannot change them.
``key.compromised`` says from which place in a log on what a retired key signed is not its party's.
Both stand in the party's key thread, travel to everyone it has met, and are logged at both ends.

KEYS-1 to KEYS-6 are in ``key_rules``.  Pure; whoever holds the statements tells the same.

Source: wire profile, sections 5.5, 7 and 11 (rulings 6, 7, 8); security threat T14; ADR 24.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from comity.errors import FormatError, PeerError
from comity.fold.rule import refuse
from comity.log.note import check_name
from comity.log.receipt import Receipt, parse_receipt, verify_receipt
from comity.parties.inception import Bound, Party, log_keys, log_origin
from comity.parties.key_rules import BY_THE_MEMBERS, COMMITTED, RETIRED
from comity.parties.keyset import SIGN, KeySet, key_list, next_digest, read_key_list
from comity.parties.speech import read_spoken
from comity.statement.act import Act, read_act
from comity.statement.body import Section
from comity.statement.cbor import LARGEST, Value
from comity.statement.envelope import Statement, UnverifiedStatement, parse
from comity.statement.model import DIGEST_BYTES, PartyId, StatementId, check_party, subject_of
from comity.statement.reading import Reading, present
from comity.statement.subject import check_opening

KIND: Final = "party.keys"
COMPROMISED: Final = "key.compromised"
VOUCH: Final = "party.vouch"
KINDS: Final = (KIND, COMPROMISED, VOUCH)
"""Of the key thread, which everyone may see."""
FEWEST_VOUCHERS: Final = 2
"""No single member gives keys to another: of two members, none can."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKeys:
    """What a change of keys says."""

    replaces: StatementId
    """What brought the set that goes out of force: the inception, or a change before."""
    keys: Mapping[str, bytes]
    """Every purpose to its encoded COSE_Key."""
    next: bytes
    until: int | None = None
    """Until when the signing keys are good, unix seconds, UTC."""
    mechanism: StatementId | None = None
    """The charter by whose members it is, if all keys were lost."""


def keys_own(party: Party, new: NewKeys) -> dict[str, Value]:
    """Return the own part of a change of keys."""
    fields: dict[str, Value] = {
        "inception": party.inception,
        "replaces": new.replaces,
        "keys": key_list(new.keys),
        "next": new.next,
        "until": new.until,
        "mechanism": new.mechanism,
    }
    return present(fields)


def compromised_own(party: Party, kid: bytes, origin: str, size: int) -> dict[str, Value]:
    """Return the own part of an announcement that a key is in others' hands."""
    since: list[Value] = [origin, size]
    return {"inception": party.inception, "kid": kid, "since": since}


def vouch_own(party: Party, of: PartyId, keys: StatementId, net: StatementId) -> dict[str, Value]:
    """Return the own part of a member's word for new keys of a party that lost all of its own."""
    return {"inception": party.inception, "party": of, "keys": keys, "mechanism": net}


def read_vouch(party: Party, act: Act) -> tuple[PartyId, StatementId, StatementId]:
    """Return for whom a member vouches, for which change of keys, and under which charter.

    Raises:
        FormatError: as ``renewed``.

    """
    reading = _reading(party, act, VOUCH)
    found = (
        check_party(reading.text("party")),
        StatementId(reading.bytes("keys", DIGEST_BYTES)),
        StatementId(reading.bytes("mechanism", DIGEST_BYTES)),
    )
    reading.done()
    return found


def vouchers_needed(members: int, decision: str) -> int:
    """Return how many of the other members must vouch: as the charter decides, never one alone."""
    others = members - 1
    shares = {"two-thirds": -(-2 * others // 3), "majority": others // 2 + 1}
    return max(shares.get(decision, others), FEWEST_VOUCHERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyWord:
    """A statement of a key thread, and where it stands in its party's own log."""

    sid: StatementId
    kid: bytes
    act: Act
    index: int


Vouched = Callable[[StatementId, StatementId], bool]
"""Whether enough members of a mechanism (its charter's id) stand for new keys (their id)."""


def nobody(mechanism: StatementId, keys: StatementId) -> bool:
    """Vouch for nothing: where no mechanism is known."""
    del mechanism, keys
    return False


def as_it_says(mechanism: StatementId, keys: StatementId) -> bool:
    """Take keys that members gave back as such: who vouched for them is looked at elsewhere."""
    del mechanism, keys
    return True


def renewed(party: Party, word: KeyWord, vouched: Vouched = nobody) -> Party:
    """Return a party with what one more statement of its key thread says.

    Raises:
        RuleError: ``KEYS-1``, ``KEYS-2``, ``KEYS-5``.
        PeerError: ``keys.set-not-held``: it continues from a set that has not arrived.
        FormatError: ``keys.other-party``, ``keys.order``, ``parties.…``, ``statement.…``.

    """
    known = {each.statement for each in (*party.sets, *party.rivals)}
    if word.sid in known or any(each.statement == word.sid for each in party.bounds.values()):
        return party
    if word.act.type == KIND:
        return _with_keys(party, word, vouched)
    if word.act.type == VOUCH:
        read_vouch(party, word.act)
        return party
    return _with_bound(party, word)


def key_set_of(party: Party, word: KeyWord) -> tuple[KeySet, StatementId]:
    """Return the set that a change of keys brings, and what it replaces.  Judges nothing.

    Raises:
        FormatError: as ``renewed``.

    """
    reading = _reading(party, word.act, KIND)
    keys, kem = read_key_list(reading)
    mechanism = reading.optional_bytes("mechanism", DIGEST_BYTES)
    found = KeySet(
        statement=word.sid,
        keys=keys,
        kem=kem,
        next=reading.bytes("next", DIGEST_BYTES),
        until=reading.optional_integer("until", least=0),
        after=word.index,
        mechanism=None if mechanism is None else StatementId(mechanism),
    )
    replaces = StatementId(reading.bytes("replaces", DIGEST_BYTES))
    reading.done()
    return found, replaces


def _with_keys(party: Party, word: KeyWord, vouched: Vouched) -> Party:
    fresh, replaces = key_set_of(party, word)
    sets = {each.statement: each for each in (*party.sets, *party.rivals)}
    before = sets.get(replaces)
    if before is None:
        raise PeerError("keys.set-not-held", party=party.id, sid=replaces.hex())
    used = {kid for each in sets.values() for _, kid in each.kids}
    if word.kid != fresh.keys[SIGN].kid or any(kid in used for _, kid in fresh.kids):
        raise refuse(COMMITTED)
    if fresh.mechanism is not None:
        if not vouched(fresh.mechanism, word.sid):
            raise refuse(BY_THE_MEMBERS)
        return _given_back(party, fresh)
    if next_digest([fresh.keys[SIGN].encoded]) != before.next:
        raise refuse(COMMITTED)
    if before is not party.now:
        return replace(party, rivals=(*party.rivals, fresh))
    if fresh.after <= before.after:
        raise FormatError("keys.order", sid=word.sid.hex())
    return replace(party, sets=(*party.sets, fresh))


def _given_back(party: Party, fresh: KeySet) -> Party:
    """Return the party with the keys that members gave it; two histories end with that."""
    if fresh.after <= party.now.after:
        raise FormatError("keys.order", sid=fresh.statement.hex())
    return replace(party, sets=(*party.sets, fresh))


def _with_bound(party: Party, word: KeyWord) -> Party:
    reading = _reading(party, word.act, COMPROMISED)
    kid = reading.bytes("kid", DIGEST_BYTES)
    origin, size = _place(reading)
    reading.done()
    held, signer = party.holds(kid), party.set_at(word.index)
    by = signer.speaking(word.kid)
    if by is None or by[1] != SIGN or held is None or held[2].after >= signer.after:
        raise refuse(RETIRED)
    end = min(each.after for each in party.sets if each.after > held[2].after)
    if origin == log_origin(party.id) and size > end:
        raise refuse(RETIRED)
    if kid in party.bounds:
        # The first word stands: a later one could take back what was relied on.
        return party
    bound = Bound(kid=kid, origin=origin, size=size, statement=word.sid)
    return replace(party, bounds=MappingProxyType({**party.bounds, kid: bound}))


def _place(reading: Reading) -> tuple[str, int]:
    match reading.value("since"):
        case [str() as origin, int() as size] if (
            not isinstance(size, bool) and 0 <= size <= LARGEST
        ):
            return check_name(origin), size
    raise reading.refuse("since")


def _reading(party: Party, act: Act, kind: str) -> Reading:
    if act.type != kind:
        raise FormatError("parties.other-kind", kind=act.type, expected=kind)
    if act.net is not None or act.aud or act.texts:
        raise FormatError("keys.thread")
    reading = Reading(act.own, kind)
    if reading.bytes("inception", DIGEST_BYTES) != party.inception:
        raise FormatError("keys.other-party", party=party.id)
    return reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """A statement of a key thread, verified, and its party as it is with it."""

    party: Party
    statement: Statement
    act: Act
    sections: Mapping[str, Section]
    receipt: Receipt
    """Of the party's own log."""
    encoded: bytes
    """That receipt."""


def prove(
    party: Party, signed: bytes, sections: Mapping[str, Section], vouched: Vouched = nobody
) -> Proved:
    """Verify a statement of a party's key thread: signature, the own log's receipt, and rules.

    Args:
        party: as far as its keys are known.
        signed: the statement with the receipt of the party's own log beside it.
        sections: its whole body.
        vouched: who stands for keys that members give back.

    Raises:
        FormatError: ``keys.no-own-receipt``, ``keys.thread``; as ``renewed``.
        TrustError: it is not signed by the key that it must be signed by.
        ProofError: the receipt does not hold.
        PeerError, RuleError: as ``renewed``.

    """
    unverified = parse(signed)
    if unverified.header.issuer != party.id:
        raise FormatError("keys.other-party", party=party.id)
    act = _act_of(unverified, sections)
    encoded = _own_receipt(unverified, party)
    index = parse_receipt(encoded).index
    word = KeyWord(sid=unverified.sid, kid=unverified.header.kid, act=act, index=index)
    if act.type == KIND:
        fresh, _ = key_set_of(party, word)
        statement = unverified.verify(fresh.keys[SIGN])
        receipt = verify_receipt(encoded, statement.entry, log_keys(party.id, fresh))
    else:
        by = party.set_at(index).speaking(unverified.header.kid)
        if by is None:
            raise refuse(RETIRED)
        statement = unverified.verify(by[0])
        receipt = verify_receipt(encoded, statement.entry, party.log)
    return Proved(
        party=renewed(party, word, vouched),
        statement=statement,
        act=act,
        sections=sections,
        receipt=receipt,
        encoded=encoded,
    )


def _act_of(statement: UnverifiedStatement, sections: Mapping[str, Section]) -> Act:
    if set(sections) != {"act"}:
        raise FormatError("keys.thread")
    kind = read_act(sections).type
    act = read_spoken(statement, sections, kind if kind in KINDS else KIND)
    if act.nonce is None:
        if act.case is None or act.prev is None:
            raise FormatError("keys.thread")
        return act
    check_opening(statement.header.issuer, subject_of(statement.header.subject), act.nonce)
    return act


def _own_receipt(statement: UnverifiedStatement, party: Party) -> bytes:
    for encoded in statement.receipts:
        if parse_receipt(encoded).log_uri == party.log.log_uri:
            return encoded
    raise FormatError("keys.no-own-receipt", sid=statement.sid.hex())
