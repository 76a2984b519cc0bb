"""Directories: whose key is this, and who may meet whom."""

from dataclasses import replace

import pytest

from comity.errors import ComityError, TrustError
from comity.parties.directory import Directory, check_meeting
from comity.parties.inception import NODE, SIGN, TRANSPORT, make_inception, read_inception
from comity.parties.tests.party_stories import NOW, fresh_keys, known, new_party

AURELIA, BORALIA = known("Aurelia").party, known("Boralia").party
BOTH = Directory.of([AURELIA, BORALIA])


def test_statements_are_signed_with_keys_for_that() -> None:
    """The keys ``sign`` and ``node`` sign statements; no other purpose does."""
    sign, node = AURELIA.keys[SIGN], AURELIA.keys[NODE]

    assert BOTH.key_for(AURELIA.id, sign.kid) == (sign, SIGN)
    assert BOTH.key_for(AURELIA.id, node.kid) == (node, NODE)
    for kid in (AURELIA.keys[TRANSPORT].kid, BORALIA.keys[SIGN].kid):
        with pytest.raises(TrustError) as refused:
            BOTH.key_for(AURELIA.id, kid)
        assert refused.value.code == "parties.unknown-key"


def test_callers_are_known_by_their_transport_key() -> None:
    """And by no other."""
    key = BORALIA.keys[TRANSPORT]

    assert BOTH.transport_key(key.kid) == (BORALIA.id, key)
    with pytest.raises(TrustError) as refused:
        BOTH.transport_key(BORALIA.keys[SIGN].kid)
    assert refused.value.code == "parties.unknown-caller"


def test_a_key_belongs_to_one_party() -> None:
    """T12: who presents a key that another holds is not admitted."""
    keys = fresh_keys("Candor")
    stolen = new_party("Candor")
    stolen = replace(stolen, keys={**stolen.keys, NODE: AURELIA.keys[TRANSPORT].encoded})
    spoken = make_inception(stolen, signer=keys[SIGN], issued_at=NOW)
    candor = read_inception(spoken.statement.encoded, spoken.sections)

    with pytest.raises(TrustError) as refused:
        BOTH.admit(candor)

    assert refused.value.code == "parties.key-held"
    assert candor.id not in BOTH.parties


def test_meeting_twice_changes_nothing() -> None:
    """A directory is a value; the order of meeting leaves no trace."""
    assert BOTH.admit(AURELIA) is BOTH
    assert list(Directory.of([BORALIA, AURELIA]).parties) == list(BOTH.parties)


def test_logs_are_known_by_their_uri() -> None:
    """A receipt names its log, and the log belongs to a party."""
    assert BOTH.by_log(AURELIA.log.log_uri) == AURELIA
    with pytest.raises(TrustError):
        BOTH.by_log("urn:comity:log:elsewhere")


@pytest.mark.parametrize(
    ("word", "code"),
    [("zzzzzz", "parties.unknown"), ("", "parties.unknown"), ("%%%%", "parties.unknown")],
)
def test_who_is_not_known_is_not_found(word: str, code: str) -> None:
    """Nor is everybody by nothing."""
    with pytest.raises(ComityError) as refused:
        BOTH.find(word)
    assert refused.value.code == code


def test_a_party_is_found_by_a_unique_beginning() -> None:
    """Of its id, with or without the prefix, or of its fingerprint."""
    letters = AURELIA.id.removeprefix("urn:comity:party:")

    for word in (AURELIA.id, letters[:10], letters[:10].upper(), AURELIA.fingerprint[:12]):
        assert BOTH.find(word) == AURELIA


def test_real_parties_meet_no_demonstrations() -> None:
    """Design 16, both ways; and nobody meets itself."""
    demo = known("Dalia", demo=True).party

    check_meeting(AURELIA, BORALIA)
    for own, other, code in (
        (AURELIA, demo, "parties.is-demo"),
        (demo, AURELIA, "parties.is-not-demo"),
        (AURELIA, AURELIA, "parties.own-card"),
    ):
        with pytest.raises(ComityError) as refused:
            check_meeting(own, other)
        assert refused.value.code == code
