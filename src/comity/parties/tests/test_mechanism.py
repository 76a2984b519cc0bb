"""MECH-1 to MECH-7: who founds a mechanism, who signs, when it is in force."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.errors import FormatError, TrustError
from comity.fold.capability import Capability
from comity.fold.entry import Said
from comity.fold.thread import tell
from comity.log.checkpoint import log_note_keys
from comity.log.note import NoteKey
from comity.parties.charter import (
    ACCEDE,
    Terms,
    charter_act,
    charter_names,
    charter_of,
    ground_of,
    own_part,
    read_terms,
)
from comity.parties.directory import Directory
from comity.parties.mechanism import (
    ALL_HAVE_SIGNED,
    DEMO_AMONG_DEMOS,
    MECHANISM,
    MEMBERS_ACCEDE,
    ONE_CHARTER,
    OWN_KEYS,
    SAME_CHARTER,
    WELL_FOUNDED,
    Mechanism,
    Phase,
    fold,
    founding_ground,
    judge_founders,
)
from comity.parties.speech import name_sections
from comity.parties.tests.party_stories import known
from comity.statement.act import Act, act_section
from comity.statement.cbor import Value
from comity.statement.model import PartyId, StatementId, party_id
from comity.statement.subject import subject_id

A, B, C = sorted(party_id(bytes([n]) * 32) for n in (1, 2, 3))
NONCE = bytes(32)
TERMS = Terms(
    members=(A, B, C),
    profiles={"csirt-incident": "1"},
    languages={"*": ("en",), "assistance.submit": ("en", "zh")},
)


def said(name: str, issuer: PartyId, act: Act) -> Said:
    """Return a statement of the mechanism's thread."""
    return Said(
        id=StatementId(name.encode().ljust(32, b"\0")),
        issuer=issuer,
        subject=subject_id(A, NONCE),
        act=act,
        claimed_at=0,
        by_node=act.type == "thread.seen",
    )


CHARTER = said("o", A, charter_act(A, TERMS, nonce=NONCE, tags=["en"]))


def accede(name: str, issuer: PartyId, *, kind: str = ACCEDE, **changes: object) -> Said:
    """Return an accession to the charter."""
    act = Act(
        type=kind,
        net=CHARTER.id,
        case=CHARTER.id,
        aud=tuple(each for each in (A, B, C) if each != issuer),
        prev=CHARTER.id if issuer == A else None,
        seen=(CHARTER.id,),
    )
    return said(name, issuer, replace(act, **changes))  # type: ignore[arg-type]


def state(*statements: Said, parties: Sequence[PartyId] = (A, B, C)) -> Mechanism:
    """Tell and fold a thread."""
    return fold(tell(statements, parties).told)


def barred(mechanism: Mechanism) -> dict[str, str]:
    """Return what has no effect, and why."""
    return {at.rstrip(b"\0").decode(): rule.id for at, rule in mechanism.without_effect.items()}


def test_in_force_when_every_founding_member_has_signed() -> None:
    """MECH-5: the founder by the charter, the others by acceding, in whatever order."""
    b, c = accede("b", B), accede("c", C)

    assert state().phase is Phase.ABSENT
    assert state(CHARTER).phase is Phase.PROPOSED
    assert state(CHARTER).acceded == (A,)
    assert state(CHARTER, c).awaited == (B,)
    assert state(CHARTER, c, b).phase is Phase.IN_FORCE
    assert state(CHARTER, c, b) == state(b, CHARTER, c)
    assert ALL_HAVE_SIGNED.id == "MECH-5"


def test_what_nodes_say_moves_nothing() -> None:
    """MECH-2: a node's ``thread.seen`` is no accession."""
    mechanism = state(CHARTER, accede("b", B, kind="thread.seen"))

    assert mechanism.acceded == (A,)
    assert barred(mechanism) == {}


@pytest.mark.parametrize(
    ("members", "issuer", "aud"),
    [((A, B, C), A, (B,)), ((B, C), A, (B, C)), ((A, B, C), A, (B, C, party_id(bytes(32))))],
)
def test_a_charter_addresses_exactly_its_members(
    members: tuple[PartyId, ...], issuer: PartyId, aud: tuple[PartyId, ...]
) -> None:
    """MECH-1: nobody is a member unasked, and nobody else is asked."""
    act = Act(
        type="mechanism.charter",
        nonce=NONCE,
        aud=tuple(sorted(aud)),
        own=own_part(replace(TERMS, members=members)),
    )

    mechanism = state(said("o", issuer, act), parties=(issuer, *aud))

    assert barred(mechanism) == {"o": WELL_FOUNDED.id}
    assert mechanism.phase is Phase.ABSENT


def test_only_members_accede_and_once() -> None:
    """MECH-2: the founder has signed already, and a second signature adds nothing."""
    again = accede("b2", B, prev=accede("b", B).id)

    mechanism = state(CHARTER, accede("a", A), accede("b", B), again)

    assert barred(mechanism) == {"a": MEMBERS_ACCEDE.id, "b2": MEMBERS_ACCEDE.id}
    assert mechanism.acceded == (A, B)


def test_an_accession_names_its_charter() -> None:
    """MECH-3: as case and as mechanism."""
    assert barred(state(CHARTER, accede("b", B, net=None))) == {"b": SAME_CHARTER.id}


def test_a_mechanism_has_one_charter() -> None:
    """MECH-4: and its thread holds nothing else."""
    mechanism = state(
        CHARTER,
        accede("b", B, kind="mechanism.charter"),
        accede("c", C, kind="assistance.submit"),
    )

    assert barred(mechanism) == {"b": ONE_CHARTER.id, "c": ONE_CHARTER.id}


def test_a_demonstration_is_founded_by_demonstrations() -> None:
    """MECH-6: the mark is that of every founding member."""
    real, demo = known("Aurelia").party, known("Dalia", demo=True).party
    directory = Directory.of([real, demo])
    both = tuple(sorted((real.id, demo.id)))

    for members, mark, rule in (
        ((real.id,), False, None),
        ((demo.id,), True, None),
        ((demo.id,), False, DEMO_AMONG_DEMOS),
        (both, True, DEMO_AMONG_DEMOS),
        (both, False, DEMO_AMONG_DEMOS),
    ):
        charter = replace(charter_of(CHARTER), terms=replace(TERMS, members=members, demo=mark))
        assert judge_founders(charter, directory) is rule
    with pytest.raises(TrustError) as refused:
        judge_founders(charter_of(CHARTER), directory)
    assert refused.value.code == "parties.unknown"


def test_a_quorum_names_members_by_their_own_keys() -> None:
    """MECH-7: whoever signs the charter has compared the keys with the inceptions."""
    one, other, third = (known(name).party for name in ("Aurelia", "Boralia", "Corinia"))
    members = tuple(sorted((one.id, other.id)))
    directory = Directory.of([one, other])
    first, second = one.witness.note_keys[0], other.witness.note_keys[1]
    strange = NoteKey(name=second.name, type=second.type, key=third.witness.mldsa44)
    log = log_note_keys(one.log.origin, one.log.ed25519, one.log.mldsa44)[0]

    def policy(key: NoteKey) -> str:
        return (
            f"log {log.vkey}\nwitness W1 {first.vkey}\nwitness W2 {key.vkey}\n"
            "group others 1 W1 W2\nquorum others\n"
        )

    for key, rule in ((second, None), (strange, OWN_KEYS)):
        terms = read_terms(own_part(replace(TERMS, members=members, quorum=policy(key))))
        charter = replace(charter_of(CHARTER), terms=terms)
        assert judge_founders(charter, directory) is rule


@pytest.mark.parametrize("trick", ["comment", "space", "url", "stranger", "words", "log"])
def test_a_quorum_in_a_charter_has_one_form_and_lists_members_alone(trick: str) -> None:
    """No free text in ``act``, and nobody from outside counts."""
    one, other = (known(name).party for name in ("Aurelia", "Boralia"))
    members = tuple(sorted((one.id, other.id)))
    vkey = one.witness.note_keys[0].vkey
    stranger = known("Corinia").party
    strange_log = log_note_keys(stranger.log.origin, stranger.log.ed25519, stranger.log.mldsa44)[0]
    good = f"witness W1 {vkey}\nquorum W1\n"
    tricks = {
        "comment": f"# free text\n{good}",
        "space": good.replace(" ", "  "),
        "url": good.replace(vkey, f"{vkey} https://x.example/"),
        "stranger": good.replace(vkey, stranger.witness.note_keys[0].vkey),
        "words": good.replace("W1", "W/1"),
        "log": f"log {strange_log.vkey}\n{good}",
    }

    own_part(replace(TERMS, members=members, quorum=good))
    with pytest.raises(FormatError) as refused:
        own_part(replace(TERMS, members=members, quorum=tricks[trick]))
    assert refused.value.code == "charter.quorum"


def test_the_ground_of_a_charter() -> None:
    """What other rules know of a mechanism is what its members signed."""
    ground = ground_of(charter_of(CHARTER))

    assert ground.net == CHARTER.id
    assert ground.members == (A, B, C)
    assert ground.profiles == {"csirt-incident": "1"}
    assert ground.languages["assistance.submit"] == ("en", "zh")


def test_terms_are_read_as_they_were_written() -> None:
    """Nothing is added and nothing is lost."""
    assert read_terms(own_part(TERMS)) == TERMS


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("members", [A], "charter.members"),
        ("members", [B, A], "charter.members"),
        ("members", [A, A], "charter.members"),
        ("members", ["nobody"], "statement.not-a-party"),
        ("decision", "dice", "charter.decision"),
        ("review", "soon", "duration.not-iso-8601"),
        ("grace", "", "duration.not-iso-8601"),
        ("profiles", [["a", "1"], ["a", "2"]], "charter.profiles"),
        ("profiles", [["b", "1"], ["a", "1"]], "charter.profiles"),
        ("profiles", ["a"], "charter.profiles"),
        ("languages", {"*": ["zh", "en"]}, "charter.languages"),
        ("languages", {"?": ["en"]}, "charter.languages"),
        ("languages", {"*": ["english please"]}, "text.language-tag"),
        ("settle", -1, "statement.field"),
        ("demo", None, "statement.field"),
        ("extra", 1, "statement.unknown-field"),
    ],
)
def test_terms_that_cannot_be_are_refused(field: str, value: Value, code: str) -> None:
    """MECH-1: before signing for us, as without effect for a peer."""
    own = {**own_part(TERMS), field: value}

    with pytest.raises(FormatError) as refused:
        read_terms(own)
    assert refused.value.code == code

    act = replace(CHARTER.act, own=own)
    assert barred(state(replace(CHARTER, act=act))) == {"o": WELL_FOUNDED.id}


def test_the_form_is_checked_with_the_body() -> None:
    """Names stand beside a charter, nothing beside an accession."""
    names = {each.name: each for each in name_sections({"en": "Joint line"})}
    sections = {"act": act_section(CHARTER.act), **names}

    MECHANISM.check(CHARTER, sections)
    assert charter_names(CHARTER.act, sections) == {"en": "Joint line"}
    MECHANISM.check(accede("b", B), {"act": act_section(accede("b", B).act)})
    with pytest.raises(FormatError) as refused:
        MECHANISM.check(accede("b", B), sections)
    assert refused.value.code == "charter.accession"


def test_mechanisms_have_the_shape_of_a_capability() -> None:
    """Node and verifier use it like every other."""
    capability: Capability = MECHANISM
    told = tell([CHARTER], (A, B, C)).told

    mechanism = capability.fold(told, founding_ground())

    assert mechanism.phase == "proposed"
    assert capability.judge(mechanism, told[0], founding_ground()) is ONE_CHARTER


@settings(max_examples=80, deadline=None)
@given(st.randoms(use_true_random=False))
def test_arrival_order_does_not_matter_and_nothing_raises(random: Random) -> None:
    """MECH-1 to MECH-5 over whatever anyone may say."""
    statements = [CHARTER]
    for number in range(random.randint(0, 8)):
        changes: dict[str, object] = random.choice(
            [{}, {}, {"net": None}, {"case": None}, {"aud": ()}, {"own": {"x": 1}}]
        )
        kind = random.choice([ACCEDE, ACCEDE, "mechanism.charter", "thread.seen", "other.kind"])
        statements.append(accede(f"s{number}", random.choice([A, B, C]), kind=kind, **changes))

    shuffled = random.sample(statements, len(statements))

    assert state(*shuffled) == state(*statements)
    idle = state(*statements).without_effect
    kept = [each for each in tell(statements, (A, B, C)).told if each.said.id not in idle]
    assert fold(kept).phase is state(*statements).phase
