"""What officers ask, over offices that only remember."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from comity.capabilities.assistance.case import TURNS
from comity.capabilities.assistance.operations import OPERATIONS
from comity.capabilities.assistance.profiles import PROFILES
from comity.capabilities.assistance.request import Phase
from comity.capabilities.assistance.schema import KINDS
from comity.capabilities.assistance.tests.memory import (
    ASKED,
    ASKER,
    FIELDS,
    GROUND,
    NET,
    T0,
    World,
    cells,
    subject_in,
    submitted,
)
from comity.errors import ComityError, FormatError, RuleError
from comity.fold.entry import Said
from comity.kit.desk import Json
from comity.kit.told import at, items, part, text
from comity.statement.act import Act
from comity.statement.model import StatementId, subject_urn

HOUR = 3600


def say(world: World, party: str, verb: str, subject: str, **arguments: Json) -> dict[str, Json]:
    who = ASKER if party == "asker" else ASKED
    return world.call(who, f"assistance.{verb}", subject=subject, **arguments)


def show(world: World, subject: str, party: str = ASKER) -> dict[str, Json]:
    return world.call(ASKER if party == ASKER else ASKED, "assistance.show", subject=subject)


def foreign(world: World, subject: str, mark: bytes, act: Act, *, by_node: bool = False) -> None:
    """Let the addressee say what its own software should have refused."""
    said = Said(
        id=StatementId(mark * 32),
        issuer=ASKED,
        subject=subject_in(subject),
        act=act,
        claimed_at=T0,
        by_node=by_node,
    )
    world.take(said, {})


def answered(world: World) -> str:
    subject = submitted(world)
    say(world, "asked", "acknowledge", subject)
    say(world, "asked", "accept", subject)
    say(world, "asked", "answer", subject, texts={"en": "Done.", "zh": "已办。"})
    return subject


def test_there_is_an_operation_for_every_kind() -> None:
    """So that everything the rules know can be said by command."""
    assert set(OPERATIONS) >= KINDS


def test_a_submission_tells_subject_and_statement() -> None:
    """The two that scripts need, and what a person is told."""
    world = World()
    done = world.call(
        ASKER, "assistance.submit", mechanism="m", to="us", profile="csirt-incident", fields=FIELDS
    )
    assert text(done, "subject").startswith("urn:comity:matter:")
    assert len(bytes.fromhex(text(done, "statement"))) == 32
    assert (done["phase"], text(done, "reference")[:7]) == ("delivered", "R-2027-")
    assert at(done, "turn", "party") == ASKED


def test_sent_is_delivered_only_by_the_addressees_receipt() -> None:
    """Ruling 10: the requester's own log delivers nothing and starts no clock."""
    world = World(reached=False)
    subject = submitted(world)
    shown = show(world, subject)
    assert (shown["phase"], at(shown, "facts", "delivered")) == ("sent", None)
    assert {text(clock, "state") for clock in items(shown, "clocks")} == {"not-started"}
    world.deliver()
    shown = show(world, subject)
    assert shown["phase"] == "delivered"
    assert at(shown, "facts", "acknowledged") is None
    assert at(shown, "facts", "agreed") is None


def test_delivered_acknowledged_and_agreed_are_three_facts() -> None:
    """Each has its own statement or receipt, and none stands for another."""
    world = World()
    subject = submitted(world)
    say(world, "asked", "acknowledge", subject)
    shown = show(world, subject)
    assert part(shown, "facts", "delivered")
    assert part(shown, "facts", "acknowledged")
    assert at(shown, "facts", "agreed") is None
    say(world, "asked", "accept", subject, decision="conditional", texts={"en": "If"})
    assert at(show(world, subject), "facts", "agreed") is None
    say(world, "asker", "accept", subject)
    assert part(show(world, subject), "facts", "agreed")


def test_show_tells_statements_in_order_with_receipts_of_both_logs() -> None:
    """Kinds as on the wire, effects, and who issued what."""
    world = World()
    subject = answered(world)
    shown = show(world, subject, ASKED)
    statements = items(shown, "statements")
    assert [text(each, "kind") for each in statements] == [
        "assistance.submit",
        "assistance.acknowledge",
        "assistance.accept",
        "assistance.answer",
    ]
    assert all(at(each, "effect") is True for each in statements)
    for each in statements:
        logs = {text(receipt, "log") for receipt in items(each, "receipts")}
        assert logs == {ASKER, ASKED}
        assert all(at(receipt, "verified") is True for receipt in items(each, "receipts"))
    assert text(statements[3], "texts", "zh", "text") == "已办。"
    assert at(statements[3], "texts", "zh", "authentic") is True


def test_a_barred_move_is_refused_and_nothing_is_said() -> None:
    """ASSIST-2: and the error names the rule."""
    world = World()
    subject = submitted(world)
    with pytest.raises(RuleError) as barred:
        say(world, "asker", "acknowledge", subject)
    assert barred.value.code == "ASSIST-2"
    assert len(items(show(world, subject), "statements")) == 1


def test_a_peers_statement_without_effect_is_shown_with_the_rule_in_both_languages() -> None:
    """It is evidence, and never hidden."""
    world = World()
    subject = submitted(world)
    opening = next(iter(world.threads[subject_in(subject)]))
    act = Act(
        type="assistance.close", net=NET, case=opening, aud=(ASKER,), seen=(opening,), texts={}
    )
    foreign(world, subject, b"\xee", act)
    told = items(show(world, subject), "statements")[-1]
    assert at(told, "effect") is False
    assert text(told, "without_effect", "rule") == "ASSIST-2"
    assert text(told, "without_effect", "zh")
    assert text(told, "without_effect", "en")


def test_a_fork_is_shown_as_evidence() -> None:
    """Two statements of one issuer at one place of its chain."""
    world = World()
    subject = submitted(world)
    opening = next(iter(world.threads[subject_in(subject)]))
    for mark in (b"\x11", b"\x22"):
        act = Act(
            type="assistance.acknowledge", net=NET, case=opening, aud=(ASKER,), seen=(opening,)
        )
        foreign(world, subject, mark, act)
    (fork,) = items(show(world, subject), "forks")
    assert text(fork, "issuer") == ASKED
    assert len(items(fork, "branches")) == 2
    assert text(fork, "outcome") == "undecided"


def test_what_waits_for_a_statement_that_is_not_here_is_listed_apart() -> None:
    """THREAD-1: it is not told yet."""
    world = World()
    subject = submitted(world)
    opening = next(iter(world.threads[subject_in(subject)]))
    unseen = StatementId(b"\x33" * 32)
    act = Act(
        type="assistance.acknowledge",
        net=NET,
        case=opening,
        aud=(ASKER,),
        seen=tuple(sorted((opening, unseen))),
    )
    foreign(world, subject, b"\x44", act)
    shown = show(world, subject)
    assert len(items(shown, "statements")) == 1
    (waiting,) = items(shown, "waiting")
    assert items(waiting, "missing") == [unseen.hex()]


def test_what_a_node_says_by_itself_is_shown_with_its_note() -> None:
    """Ruling 14: it is never shown as read."""
    world = World()
    subject = submitted(world)
    opening = next(iter(world.threads[subject_in(subject)]))
    act = Act(type="thread.seen", net=NET, case=opening, aud=(ASKER,), seen=(opening,))
    foreign(world, subject, b"\x55", act, by_node=True)
    shown = show(world, subject)
    told = items(shown, "statements")[-1]
    assert (text(told, "kind"), at(told, "by_node")) == ("thread.seen", True)
    assert text(told, "note", "zh") == "本节点已收录，不表示有人阅读"
    assert shown["phase"] == "delivered"
    assert at(shown, "facts", "acknowledged") is None


def test_a_translation_names_its_maker_and_is_not_authentic() -> None:
    """And a language that is missing is said to be missing."""
    world = World()
    subject = submitted(world)
    say(
        world,
        "asked",
        "clarify",
        subject,
        texts={"en": "Which?", "fr": "Lequel ?"},
        makers={"fr": "J. Dupont"},
    )
    told = items(show(world, subject), "statements")[-1]
    assert at(told, "texts", "en", "authentic") is True
    assert at(told, "texts", "fr", "authentic") is False
    assert text(told, "texts", "fr", "translation", "maker") == "J. Dupont"
    assert text(told, "texts", "fr", "translation", "of") == "en"
    (absent,) = items(told, "no_text")
    assert (text(absent, "language"), text(absent, "en")) == ("zh", "no Chinese text")


@pytest.mark.parametrize(
    ("texts", "makers"),
    [
        ({"en": "x"}, {"zh": "M"}),
        ({"en": "x"}, {"en": "M"}),
        ({"en": "x", "zh": "y"}, {"en": "M", "zh": "N"}),
        ({"en": "x", "zh": "y"}, {"zh": ""}),
    ],
)
def test_a_translation_needs_its_text_and_another_to_be_of(
    texts: dict[str, Json], makers: dict[str, Json]
) -> None:
    """Nothing is signed otherwise."""
    world = World()
    subject = submitted(world)
    with pytest.raises(FormatError, match="no-such-text"):
        say(world, "asked", "clarify", subject, texts=texts, makers=makers)


def test_a_rating_stands_beside_timeliness_and_remark() -> None:
    """Timeliness is computed from both logs and never rated."""
    world = World()
    subject = answered(world)
    say(world, "asker", "rate", subject, quality="partly", texts={"en": "Some logs only."})
    say(world, "asked", "remark", subject, texts={"en": "All that we had."})
    (rating,) = items(show(world, subject), "ratings")
    assert text(rating, "quality") == "partly"
    assert text(rating, "texts", "en", "text") == "Some logs only."
    assert text(items(rating, "remarks")[0], "texts", "en", "text") == "All that we had."
    assert set(part(rating, "timeliness", "asked")) == {ASKER, ASKED}
    assert set(part(rating, "timeliness", "answered")) == {ASKER, ASKED}
    states = {
        text(clock, "duty"): text(clock, "state") for clock in items(rating, "timeliness", "clocks")
    }
    assert states["acknowledge"] == "met"


def test_rate_needs_a_quality_and_an_answer_needs_no_outcome() -> None:
    """'Not stated' is the default of an answer's outcome, and of nothing else."""
    world = World()
    subject = answered(world)
    with pytest.raises(FormatError, match="quality"):
        say(world, "asker", "rate", subject)
    with pytest.raises(FormatError, match="no-such-word"):
        say(world, "asker", "rate", subject, quality="excellent")
    assert show(world, subject)["outcome"] is None


def test_an_outcome_of_the_profile_decides() -> None:
    """``refuse --outcome not-constituency`` is *not competent*, because the profile says so."""
    world = World()
    subject = submitted(world)
    say(world, "asked", "refuse", subject, outcome="not-constituency")
    shown = show(world, subject)
    assert (shown["phase"], text(shown, "outcome", "id")) == ("not-competent", "not-constituency")


def test_a_time_needs_its_zone() -> None:
    """``--until`` without one could be any of a day's hours."""
    world = World()
    subject = submitted(world)
    with pytest.raises(FormatError, match="iso-8601"):
        say(world, "asked", "acknowledge", subject, until="2027-01-20T08:00")
    say(world, "asked", "acknowledge", subject, until="2027-01-20T08:00+08:00")
    told = items(show(world, subject), "statements")[-1]
    assert text(told, "own", "until") == "2027-01-20T00:00:00Z"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"to": "nobody"}, "parties.unknown"),
        ({"mechanism": "x"}, "node.no-such-mechanism"),
        ({"profile": "no-such"}, "assistance.unknown-profile"),
        ({"fields": {"incident_id": "X"}}, "assistance.field-missing"),
        ({"fields": {**FIELDS, "tlp": "PINK"}}, "assistance.field-shape"),
        ({"fields": {**FIELDS, "colour": "red"}}, "assistance.field-unknown"),
        ({"attach": ["/no/such/file"]}, "assistance.no-such-file"),
        ({"attach": ["relative"]}, "assistance.no-such-file"),
        ({"attach": "x"}, "ask.shape"),
        ({"unheard": "of"}, "ask.unknown"),
        ({"to": None}, "ask.missing"),
        ({"to": "cn"}, "ASSIST-12"),
        ({"draft": "nope"}, "assistance.no-such-draft"),
    ],
)
def test_bad_input_is_refused_by_name_and_nothing_is_said(
    changes: dict[str, Json], code: str
) -> None:
    """Each refusal has a code, and the thread does not exist afterwards."""
    world = World()
    with pytest.raises(ComityError) as refused:
        submitted(world, **changes)
    assert refused.value.code == code
    assert not world.threads


def test_a_profile_that_the_charter_has_not_in_force_is_refused() -> None:
    """ASSIST-13."""
    world = World(ground=replace(GROUND, profiles={"cn-us-2015": "1"}))
    with pytest.raises(RuleError) as refused:
        submitted(world)
    assert refused.value.code == "ASSIST-13"


def test_a_mechanism_that_is_not_in_force_is_refused() -> None:
    """Before anything is signed."""
    with pytest.raises(FormatError, match="not-in-force"):
        submitted(World(in_force=False))


def test_a_draft_stays_here_until_it_is_sent() -> None:
    """The local phase 'draft': kept, listed, completed, sent, gone."""
    world = World()
    office = world.office(ASKER)
    first = OPERATIONS["assistance.draft"](
        office, to="us", profile="csirt-incident", fields={"incident_id": "I-9"}
    )
    name = text(first, "draft")
    assert (first["phase"], text(first, "problem", "code")) == ("draft", "ask.missing")
    listed = OPERATIONS["assistance.list"](office)
    assert [text(each, "draft") for each in items(listed, "drafts")] == [name]
    assert listed["cases"] == []
    better = OPERATIONS["assistance.draft"](office, draft=name[:6], mechanism="m", fields=FIELDS)
    assert (better["draft"], better["problem"]) == (name, None)
    assert not world.threads
    done = OPERATIONS["assistance.submit"](office, draft=name)
    assert done["phase"] == "delivered"
    assert OPERATIONS["assistance.list"](office)["drafts"] == []
    kept = items(OPERATIONS["assistance.show"](office, subject=done["subject"]), "statements")
    assert len(kept) == 1


def test_a_refused_draft_is_not_lost() -> None:
    """It is dropped only when it was said."""
    world = World()
    office = world.office(ASKER)
    name = OPERATIONS["assistance.draft"](office, to="us", profile="csirt-incident")["draft"]
    with pytest.raises(ComityError):
        OPERATIONS["assistance.submit"](office, draft=name)
    assert list(office.drafts()) == [name]


@pytest.mark.parametrize("profile", [key[0] for key in PROFILES])
def test_every_profile_has_a_form_that_explains_each_field(profile: str) -> None:
    """An officer fills what is there; help stands beside it."""
    form = part(World().call(ASKER, "assistance.form", profile=profile), "form")
    explained = part(form, "_help")
    assert set(form) - {"_help"} == set(explained)
    assert all(text(each, "zh") and text(each, "en") for each in explained.values())
    json.dumps(form)


def test_the_list_has_every_case_and_does_not_depend_on_the_time_of_asking() -> None:
    """So that a rebuilt table gives the same list."""
    world = World()
    subjects = {submitted(world) for _ in range(3)}
    before = world.call(ASKER, "assistance.list")
    world.clock += 400 * 24 * HOUR
    assert world.call(ASKER, "assistance.list") == before
    assert {text(case, "subject") for case in items(before, "cases")} == subjects
    assert {text(case, "phase") for case in items(before, "cases")} == {"delivered"}
    assert len({text(case, "reference") for case in items(before, "cases")}) == len(subjects)


def test_a_row_is_a_function_of_the_thread() -> None:
    """Nothing in it is from a clock of ours."""
    world = World()
    subject = answered(world)
    before = cells(world, subject)
    world.clock += 10**9
    assert cells(world, subject) == before


def test_the_desk_tells_what_is_owed_next_deadline_first() -> None:
    """At the addressee's what it owes; at the requester's what it waits for."""
    world = World()
    first = submitted(world)
    world.clock += HOUR
    second = submitted(world, fields={**FIELDS, "critical": True})
    owed = items(world.call(ASKED, "assistance.desk"), "owed")
    assert [text(each, "subject") for each in owed] == [second, first]
    assert [text(each, "duty") for each in owed] == ["acknowledge_critical", "acknowledge"]
    assert not any(at(each, "overdue") for each in owed)
    world.clock += 24 * HOUR
    owed = items(world.call(ASKED, "assistance.desk"), "owed")
    assert all(at(each, "overdue") for each in owed)
    assert items(world.call(ASKER, "assistance.desk"), "owed") == []
    assert len(items(world.call(ASKER, "assistance.desk"), "awaited")) == 2


def test_a_word_that_no_clock_asks_for_is_owed_too() -> None:
    """After an answer it is the requester's turn, without a deadline."""
    world = World()
    subject = answered(world)
    (owed,) = items(world.call(ASKER, "assistance.desk"), "owed")
    assert (text(owed, "subject"), at(owed, "due")) == (subject, None)
    say(world, "asker", "close", subject)
    for party in (ASKER, ASKED):
        told = world.call(party, "assistance.desk")
        assert (told["owed"], told["awaited"]) == ([], [])


def test_a_lapse_cites_the_receipts_of_the_other_log() -> None:
    """ASSIST-7: and before the time has passed it is refused."""
    world = World()
    subject = submitted(world)
    with pytest.raises(RuleError) as refused:
        say(world, "asker", "lapse", subject)
    assert refused.value.code == "ASSIST-7"
    world.clock += 30 * HOUR
    say(world, "asker", "clarify", subject, texts={"en": "Are you there?"})
    done = say(world, "asker", "lapse", subject)
    assert done["phase"] == "expired"
    told = items(show(world, subject), "statements")[-1]
    assert text(told, "own", "clock") == "acknowledge"
    assert len(items(told, "own", "cites")) == 2
    with pytest.raises(RuleError) as refused:
        say(world, "asked", "lapse", subject)
    assert refused.value.code == "ASSIST-2"


def test_every_open_phase_has_a_turn() -> None:
    """Where none is named the case is over, was never opened, or stands with a draft."""
    assert set(Phase) - set(TURNS) == {Phase.ABSENT, Phase.CLOSED, Phase.WITHDRAWN}


def test_the_case_says_what_may_be_said_next() -> None:
    """From the table of moves, for our own party."""
    world = World()
    subject = submitted(world)
    ours = items(show(world, subject, ASKED), "turn", "open_to_us")
    assert "acknowledge" in ours
    assert "withdraw" not in ours
    assert "withdraw" in items(show(world, subject), "turn", "open_to_us")


def test_a_subject_is_named_by_its_urn() -> None:
    """``urn:comity:matter:`` and 32 hexadecimal digits, everywhere."""
    world = World()
    subject = submitted(world)
    (only,) = world.threads
    assert subject == subject_urn(only)


def test_attachments_are_shown_with_name_size_and_digest(tmp_path: Path) -> None:
    """The name as its sender had it."""
    path = tmp_path / "空 文件.txt"
    path.write_bytes(b"")
    world = World()
    subject = submitted(world, attach=[str(path)])
    (file,) = items(items(show(world, subject, ASKED), "statements")[0], "attachments")
    assert (text(file, "name"), at(file, "size")) == ("空 文件.txt", 0)
    assert len(text(file, "sha256")) == 64
