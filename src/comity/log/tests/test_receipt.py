"""A receipt proves that one log holds one entry, at one index of one size."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.errors import ComityError, FormatError, ProofError
from comity.log import receipt as module
from comity.log.checkpoint import Checkpoint, log_note_keys, sign_checkpoint
from comity.log.note import ED25519_LINE, NoteKey, write_note
from comity.log.receipt import (
    CHECKPOINT,
    INCLUSION,
    VDP,
    HeadSignature,
    build_receipt,
    parse_receipt,
    sign_head,
    verify_receipt,
)
from comity.log.tests.conftest import TIME, SignedLog, make_log
from comity.statement import cbor
from comity.statement.cbor import Value
from comity.statement.keys import ED25519, MLDSA65, PrivateKey
from comity.statement.sign1 import Sign1, decode_sign1, encode_sign1, sign1

FEW = settings(max_examples=150, deadline=None)


def refused(data: bytes, log: SignedLog, index: int = 5) -> str:
    """Return why a receipt is refused."""
    with pytest.raises(ComityError) as error:
        verify_receipt(data, log.entries[index], log.keys)
    return error.value.code


def parts(data: bytes) -> Sign1:
    return decode_sign1(data, 100_000)


def with_proof(data: bytes, *proofs: Value) -> bytes:
    """Return a receipt with other proofs."""
    old = parts(data)
    unprotected = {**old.unprotected, VDP: {INCLUSION: [cbor.encode(proof) for proof in proofs]}}
    return encode_sign1(old.protected, unprotected, None, old.signature)


def with_header(log: SignedLog, change: Callable[[dict[int, Value]], None]) -> bytes:
    """Return a receipt whose protected header says something else, and is well signed."""
    header = cbor.decode(log.head.protected, max_bytes=1000)
    assert isinstance(header, dict)
    header[15] = dict(header[15])
    change(header)
    protected = cbor.encode(header)
    old = parts(log.receipt(5))
    signature = sign1(protected, log.tree.root(), log.receipt_key)
    return encode_sign1(protected, old.unprotected, None, signature)


def test_every_entry_under_a_head_has_a_receipt(log: SignedLog) -> None:
    """It says which log, when, and where."""
    for index, entry in enumerate(log.entries):
        receipt = verify_receipt(log.receipt(index), entry, log.keys)
        assert (receipt.origin, receipt.log_uri) == (log.origin, log.keys.log_uri)
        assert (receipt.time, receipt.size, receipt.index) == (TIME, 11, index)
        assert receipt.kid == log.keys.receipt.kid
        assert receipt.checkpoint_text == log.checkpoint


def test_a_receipt_is_the_same_bytes_for_ever(log: SignedLog) -> None:
    """It follows from the head and the entry, whatever the log has taken since."""
    before = log.receipt(5)
    longer = make_log(11).tree
    longer.extend([bytes(32)] * 500)
    path = longer.inclusion(5, 11)
    again = HeadSignature(protected=log.head.protected, signature=log.head.signature)
    assert build_receipt(again, 5, path, log.checkpoint) == before
    read = parse_receipt(before)
    assert build_receipt(read.head, read.index, read.path, read.checkpoint_text) == before


@pytest.mark.parametrize("alg", [ED25519, MLDSA65])
def test_the_receipt_key_may_be_of_any_algorithm(alg: int) -> None:
    """As the log's party chose."""
    log = make_log(2, alg)
    assert verify_receipt(log.receipt(1), log.entries[1], log.keys).size == 2


def test_no_receipt_proves_another_entry(log: SignedLog) -> None:
    """T20: each receipt with each other entry is refused."""
    for index in range(11):
        for other_index in range(11):
            if index != other_index:
                assert refused(log.receipt(index), log, other_index) == "log.root"


def test_size_and_index_cannot_be_changed(log: SignedLog) -> None:
    """The gap of COSE receipts is closed: the size is signed, and with it the index is fixed.

    One path fits many pairs of size and index (``test_merkle``).  Here every pair but the
    true one is refused.
    """
    data, path = log.receipt(5), list(parse_receipt(log.receipt(5)).path)
    for size in range(2, 40):
        for index in range(size):
            if (size, index) == (11, 5):
                continue
            code = refused(with_proof(data, [size, index, path]), log)
            if size != 11:
                assert code == "log.receipt-size"
            else:
                assert code in {"log.root", "log.path-length"}


def test_a_size_that_was_signed_by_nobody_is_refused(log: SignedLog) -> None:
    """Size in header and proof changed alike: the signature does not hold."""
    data, path = log.receipt(5), list(parse_receipt(log.receipt(5)).path)
    header = cbor.decode(log.head.protected, max_bytes=1000)
    assert isinstance(header, dict)
    changed = parts(with_proof(data, [21, 10, path]))
    protected = cbor.encode({**header, -70001: 21})
    forged = encode_sign1(protected, changed.unprotected, None, changed.signature)
    # The checkpoint beside it tells first: it is of size 11.
    assert refused(forged, log) == "log.head-differs"


def test_a_receipt_key_that_lies_about_the_size_is_caught_by_the_checkpoint(
    log: SignedLog,
) -> None:
    """Both heads must agree, though different keys sign them."""
    path = list(parse_receipt(log.receipt(5)).path)
    head = sign_head(
        log_uri=log.keys.log_uri,
        origin=log.origin,
        time=TIME,
        size=21,
        root=log.tree.root(),
        signer=log.receipt_key,
    )
    lying = build_receipt(head, 10, path, log.checkpoint)
    assert refused(lying, log) == "log.head-differs"


def test_the_checkpoint_must_be_of_the_same_head(log: SignedLog) -> None:
    """Another size, another time, another root: each is refused."""
    path = list(parse_receipt(log.receipt(5)).path)
    strange = sign_checkpoint(
        Checkpoint(origin=log.origin, size=11, root=bytes(32)), TIME, log.ed25519, log.mldsa44
    )
    for checkpoint, code in (
        (log.signed(10), "log.head-differs"),
        (log.signed(11, TIME + 1), "log.head-differs"),
        (strange, "log.receipt-signature"),
        (of_another_origin(log), "log.head-differs"),
    ):
        assert refused(build_receipt(log.head, 5, path, checkpoint), log) == code


def of_another_origin(log: SignedLog) -> str:
    """Return a head of another name that the log signed under its own."""
    checkpoint = Checkpoint(origin="other.comity/log/0", size=11, root=log.tree.root())
    names = [bytes([len(each)]) + each.encode() for each in (log.origin, checkpoint.origin)]
    stamp = TIME.to_bytes(8, "big")
    message = b"subtree/v1\n\0" + names[0] + stamp + names[1] + bytes(8)
    message += checkpoint.size.to_bytes(8, "big") + checkpoint.root
    first, second = log_note_keys(log.origin, log.keys.ed25519, log.keys.mldsa44)
    lines = [
        (first, log.ed25519.sign(checkpoint.body.encode())),
        (second, stamp + log.mldsa44.sign(message)),
    ]
    return write_note(checkpoint.body, lines)


def test_the_checkpoint_needs_both_lines_of_the_log_and_no_other(log: SignedLog) -> None:
    """Fewer prove less; more, or in another order, would be another receipt of one entry."""
    path = list(parse_receipt(log.receipt(5)).path)
    body, _, signatures = log.checkpoint.partition("\n\n")
    first, second = signatures.splitlines(keepends=True)
    stranger = NoteKey(name="w.example", type=ED25519_LINE, key=PrivateKey.generate(ED25519).public)
    extra = write_note("", [(stranger, bytes(64))])[1:]
    for lines, code in (
        (first, "log.head-unsigned"),
        (second, "log.head-unsigned"),
        (second + first, "log.receipt-checkpoint"),
        (first + second + extra, "log.receipt-checkpoint"),
    ):
        assert refused(build_receipt(log.head, 5, path, f"{body}\n\n{lines}"), log) == code


def test_a_receipt_of_another_log_is_refused(log: SignedLog, other: SignedLog) -> None:
    """Same name and other keys, or another name."""
    assert refused(other.receipt(5), log) == "log.receipt-key"

    for claim in (1, 2):

        def rename(header: dict[int, Value], claim: int = claim) -> None:
            claims = header[15]
            assert isinstance(claims, dict)
            header[15] = {**claims, claim: "urn:comity:log:other.comity/log/0"}

        assert refused(with_header(log, rename), log) == "log.other-log"


def test_the_signature_of_the_head_is_checked(log: SignedLog) -> None:
    """A signature of another root, or of another key under our key's name."""
    data = parts(log.receipt(5))
    for signature in (
        sign1(log.head.protected, bytes(32), log.receipt_key),
        sign1(log.head.protected, log.tree.root(), make_log(2).receipt_key),
        b"",
    ):
        forged = encode_sign1(data.protected, data.unprotected, None, signature)
        assert refused(forged, log) == "log.receipt-signature"


@pytest.mark.parametrize(
    ("label", "value", "code"),
    [
        (1, -8, "log.receipt-key"),
        (1, None, "statement.field"),
        (2, [395], "statement.unknown-field"),
        (3, "text/plain", "statement.unknown-field"),
        (4, bytes(32), "log.receipt-key"),
        (4, b"short", "statement.field"),
        (395, 2, "log.receipt"),
        (395, True, "statement.field"),
        (-70001, 1, "statement.field"),
        (-70001, -11, "statement.field"),
        (-70001, True, "statement.field"),
        (-70002, "x", "statement.unknown-field"),
        (15, {1: "a"}, "statement.field"),
        (15, {1: "a", 2: "urn:comity:matter:0", 6: 1}, "log.receipt"),
        (15, {1: "a", 2: "urn:comity:log:", 6: 1}, "log.note-name"),
        (15, {1: "a", 2: "urn:comity:log:b", 6: -1}, "statement.field"),
        (15, {1: "a", 2: "urn:comity:log:b", 6: 1, 7: b""}, "statement.unknown-field"),
    ],
)
def test_the_protected_header_has_exactly_its_labels(
    log: SignedLog, label: int, value: Value, code: str
) -> None:
    """Though well signed, another label or another kind of value is refused."""

    def change(header: dict[int, Value]) -> None:
        header[label] = value

    assert refused(with_header(log, change), log) == code


def test_every_label_of_the_protected_header_is_needed(log: SignedLog) -> None:
    """None may be left out, the size least of all."""
    for label in (1, 4, 15, 395, -70001):

        def drop(header: dict[int, Value], label: int = label) -> None:
            del header[label]

        assert refused(with_header(log, drop), log) == "statement.field"


def test_a_receipt_holds_exactly_one_proof(log: SignedLog) -> None:
    """Not none, not two, and nothing that only looks like numbers or hashes."""
    data, path = log.receipt(5), list(parse_receipt(log.receipt(5)).path)
    proof: Value = [11, 5, path]
    assert refused(with_proof(data), log) == "log.receipt"
    assert refused(with_proof(data, proof, proof), log) == "statement.field"
    wrongs: list[Value] = [
        [11, 5],
        [11, 5, []],
        [11, 5, path, path],
        [11, 5, [*path[:-1], "text"]],
        [11, None, path],
        [11, 5, [path[0]] * 129],
        {0: 11, 1: 5, 2: path},
        7,
    ]
    for wrong in wrongs:
        assert refused(with_proof(data, wrong), log) == "log.receipt"
    assert refused(with_proof(data, [11, -1, path]), log) == "log.index"
    assert refused(with_proof(data, [11, 5, [*path[:-1], b""]]), log) == "log.path-hash"
    # In Python, true equals one: the receipt of entry 1 would have two encodings.
    other, path = log.receipt(1), list(parse_receipt(log.receipt(1)).path)
    assert refused(with_proof(other, [11, True, path]), log, 1) == "log.receipt"


def test_the_unprotected_header_has_exactly_its_labels(log: SignedLog) -> None:
    """Proof and checkpoint; consistency proofs have no place in a receipt of an entry."""
    data = parts(log.receipt(5))
    proofs = data.unprotected[VDP]
    assert isinstance(proofs, dict)
    for unprotected, code in (
        ({VDP: proofs}, "statement.field"),
        ({CHECKPOINT: log.checkpoint}, "statement.field"),
        ({**data.unprotected, 394: []}, "statement.unknown-field"),
        ({**data.unprotected, VDP: {**proofs, -2: []}}, "statement.unknown-field"),
        ({**data.unprotected, VDP: []}, "statement.field"),
        ({**data.unprotected, CHECKPOINT: b"bytes"}, "statement.field"),
        ({**data.unprotected, CHECKPOINT: "x" * 40_000}, "log.receipt"),
        ({**data.unprotected, CHECKPOINT: "x"}, "log.note"),
    ):
        forged = encode_sign1(data.protected, unprotected, None, data.signature)
        assert refused(forged, log) == code


def test_the_payload_is_never_attached(log: SignedLog) -> None:
    """Not even if it is the right root: one receipt, one form."""
    data = parts(log.receipt(5))
    attached = encode_sign1(data.protected, data.unprotected, log.tree.root(), data.signature)
    assert refused(attached, log) == "log.receipt"


def test_an_entry_has_32_bytes(log: SignedLog) -> None:
    """Whatever else was meant."""
    for entry in (b"", bytes(31), bytes(65)):
        with pytest.raises(FormatError, match=r"log\.entry"):
            verify_receipt(log.receipt(5), entry, log.keys)


def test_a_tree_of_one_leaf_has_no_receipt(log: SignedLog) -> None:
    """A path has at least one hash (RFC 9942); entry 0 is receipted at size 2."""
    for size in (-1, 0, 1):
        with pytest.raises(ProofError, match=r"log\.too-small"):
            sign_head(
                log_uri=log.keys.log_uri,
                origin=log.origin,
                time=TIME,
                size=size,
                root=bytes(32),
                signer=log.receipt_key,
            )


@pytest.mark.parametrize(
    ("time", "root", "origin"), [(-1, bytes(32), "a"), (1, bytes(31), "a"), (1, bytes(32), "a b")]
)
def test_no_head_is_signed_that_could_not_be_read(
    log: SignedLog, time: int, root: bytes, origin: str
) -> None:
    """Times, roots and names out of range."""
    with pytest.raises(ComityError):
        sign_head(log_uri="a", origin=origin, time=time, size=2, root=root, signer=log.receipt_key)


def test_a_head_is_verified_once_for_all_its_receipts(log: SignedLog) -> None:
    """Only the path is new with every statement; and what failed is not remembered."""
    module._verified_root.cache_clear()
    for index, entry in enumerate(log.entries):
        verify_receipt(log.receipt(index), entry, log.keys)
    assert module._verified_root.cache_info().misses == 1
    data = parts(log.receipt(5))
    forged = encode_sign1(data.protected, data.unprotected, None, bytes(64))
    for _ in range(2):
        assert refused(forged, log) == "log.receipt-signature"
    assert module._verified_root.cache_info().currsize == 1


@FEW
@given(st.data())
def test_a_changed_receipt_is_refused_by_name(log: SignedLog, data: st.DataObject) -> None:
    """Any change of any byte, and nothing but our own errors: a receipt is one string."""
    seed = log.receipt(5)
    at = data.draw(st.integers(0, len(seed)))
    cut = data.draw(st.integers(0, 3))
    changed = seed[:at] + data.draw(st.binary(max_size=3)) + seed[at + cut :]
    if changed != seed:
        refused(changed, log)


@FEW
@given(st.binary(max_size=200))
def test_any_bytes_give_only_named_errors(log: SignedLog, data: bytes) -> None:
    """Random bytes are no receipt."""
    refused(data, log)
    with pytest.raises(ComityError):
        parse_receipt(data)
