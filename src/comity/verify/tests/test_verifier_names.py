"""What is not what its name or its place says, and what a newer program might read otherwise."""

import pytest

from comity.casefile.layout import card_path, head_path, statement_path
from comity.casefile.manifest import MANIFEST, SIGNATURE, sign_manifest
from comity.log.receipt import parse_receipt
from comity.parties.inception import SIGN
from comity.parties.tests.party_stories import NOW
from comity.statement.act import Act
from comity.statement.envelope import attach
from comity.statement.model import StatementId
from comity.verify.checks import Verdict
from comity.verify.tests.casefile_builder import Case, Story, plain_story, speaker
from comity.verify.tests.repacking import codes, packed, report_on, resigned, unpacked


def codes_of(files: dict[str, bytes], story: Story) -> set[str]:
    return codes(report_on(resigned(files, story.case), story.root))


def test_a_statement_stands_under_its_own_id() -> None:
    """One in another's place is named, and so is the gap that it leaves."""
    story = plain_story()
    files, said = unpacked(story.file), story.case.statements[story.subject]
    moved = files | {statement_path(said[0].sid): files[statement_path(said[1].sid)]}
    assert "verify.id-differs" in codes_of(moved, story)


def test_a_statement_stands_there_as_it_was_logged() -> None:
    """Receipts have a place of their own; none travels inside a statement's file."""
    story = plain_story()
    files, said = unpacked(story.file), story.case.statements[story.subject][0]
    carried = attach(said.encoded, list(said.receipts.values())[:1])
    assert "verify.not-emptied" in codes_of(files | {statement_path(said.sid): carried}, story)


def test_a_card_stands_under_its_own_party() -> None:
    """Another party's card is not taken for it."""
    story = plain_story()
    files, (one, other) = unpacked(story.file), story.case.parties
    moved = files | {card_path(other.id): files[card_path(one.id)]}
    assert "verify.card-other" in codes_of(moved, story)


def test_a_head_stands_under_its_own_size() -> None:
    """A checkpoint of another size is not taken for it."""
    story = plain_story()
    files, party = unpacked(story.file), story.case.parties[0].id
    said = story.case.statements[story.subject][0]
    size = parse_receipt(said.receipts[party]).size
    moved = files | {head_path(party, size + 100): files[head_path(party, size)]}
    assert codes_of(moved, story) == {"verify.head-other"}


def test_the_manifest_names_who_signed_it() -> None:
    """A signature in another party's name does not hold, even with the exporter's key."""
    story = plain_story()
    files, (one, other) = unpacked(story.file), story.case.parties
    forged = sign_manifest(files[MANIFEST], other.id, NOW, one.known.keys[SIGN])
    report = report_on(packed(files | {SIGNATURE: forged}), story.root)
    assert codes(report) == {"verify.exporter-differs"}
    forged = sign_manifest(files[MANIFEST], one.id, NOW, other.known.keys[SIGN])
    report = report_on(packed(files | {SIGNATURE: forged}), story.root)
    assert codes(report) == {"envelope.other-key"}


def test_only_members_speak_under_a_charter() -> None:
    """A party of the thread that is no member of the mechanism is named."""
    case = Case((speaker("Aster"), speaker("Briar")))
    case.found()
    members = case.parties
    case.parties = (members[0], speaker("Clover"))
    story = Story(case, case.ask())
    case.seen(case.parties[1], story.subject)
    case.options["parties"] = (
        *case.content(story.subject).parties,
        next(p for p in plain_story().content.parties if p.party == members[1].id),
    )
    report = report_on(story.file, story.root)
    assert codes(report) == {"verify.not-a-member"}


def test_a_thread_stands_under_the_charter_in_the_file() -> None:
    """One that names another mechanism is named."""
    case = Case((speaker("Aster"), speaker("Briar")))
    case.found()
    net, case.net = case.net, StatementId(bytes(32))
    subject = case.ask()
    case.say(case.parties[1], Act(type="thread.seen", net=case.net), subject=subject)
    case.net = net
    story = Story(case, subject)
    assert codes(report_on(story.file, story.root)) == {"verify.other-charter"}


@pytest.mark.parametrize(
    ("profiles", "changes"),
    [({"csirt-incident": "1"}, {"rules": 2}), ({"csirt-incident": "9"}, {"version": "9"})],
)
def test_rules_or_a_profile_of_the_future_are_not_called_wrong(
    profiles: dict[str, str], changes: dict[str, str | int]
) -> None:
    """What the members put in force, and this program does not know, it does not judge."""
    case = Case((speaker("Aster"), speaker("Briar")), profiles=profiles)
    case.found()
    story = Story(case, case.ask(**changes))
    assert Verdict.UNKNOWN_VERSION in report_on(story.file, story.root).verdicts


def test_a_profile_that_is_not_in_force_is_without_effect_and_not_unknown() -> None:
    """The charter decides; a newer program would say the same."""
    case = Case((speaker("Aster"), speaker("Briar")))
    case.found()
    story = Story(case, case.ask(profile="of-our-own"))
    report = report_on(story.file, story.root)
    assert report.verdicts == (Verdict.VALID,)
    assert report.phase == "absent"


def test_a_card_that_is_missing_is_named_for_whom() -> None:
    """Then nothing that this party said can be checked."""
    story = plain_story()
    lost = story.case.parties[1]
    files = unpacked(story.file)
    del files[card_path(lost.id)]
    report = report_on(resigned(files, story.case), story.root)
    assert report.verdict is Verdict.VALID_WITH_GAPS
    assert any(lost.id in each.why.en for each in report.missing)
