"""Words of strangers, and words to them: no node takes either, and no case file may hold them."""

from dataclasses import replace

from comity.casefile.content import PartyContent, StatementContent
from comity.parties.inception import NODE, SIGN
from comity.parties.tests.party_stories import NOW
from comity.statement.act import Act, act_section
from comity.statement.body import payload_of
from comity.statement.envelope import sign
from comity.statement.model import subject_urn
from comity.verify.checks import Verdict
from comity.verify.tests.casefile_builder import SETTLED, Speaker, Story, speaker, told
from comity.verify.tests.repacking import codes, report_on


def put_in(story: Story, by: Speaker, act: Act, purpose: str = NODE) -> StatementContent:
    """Put a statement into a case as an exporter may, with everybody's receipts."""
    case = story.case
    body = {"act": act_section(act)}
    statement = sign(
        issuer=by.id,
        subject=subject_urn(story.subject),
        issued_at=NOW,
        payload=payload_of(body.values()),
        signer=by.known.keys[purpose],
    )
    receipts = {each.id: each.log.append([statement])[0] for each in (*case.parties, by)}
    content = StatementContent.of(statement.sid, statement.encoded, body, receipts)
    case.statements[story.subject].append(content)
    return content


def test_a_strangers_word_is_no_part_of_a_case() -> None:
    """Even one that names the thread's parties, and whose card is in the file."""
    story, stranger = told(), speaker("Clover")
    first = story.case.statements[story.subject][0]
    both = tuple(sorted(each.id for each in story.case.parties))
    act = Act(type=SETTLED, net=story.case.net, case=first.sid, aud=both, seen=(first.sid,))
    word = put_in(story, stranger, act)
    card = PartyContent(party=stranger.id, card=stranger.card, names=stranger.known.party.names)
    story.case.options["parties"] = (*story.content.parties, card)
    report = report_on(story.file, story.root)
    assert (report.verdict, codes(report)) == (Verdict.INVALID, {"verify.not-a-member"})
    failed = {each.about.statement for each in report.checks if each.makes is not None}
    assert failed == {word.sid}


def test_a_word_to_a_stranger_is_no_part_of_a_case() -> None:
    """A member's, to somebody who is no member: its node would not take an answer either."""
    story, stranger = told(), speaker("Clover")
    one, other = story.case.parties
    first = story.case.statements[story.subject][0]
    wider = tuple(sorted((other.id, stranger.id)))
    put_in(story, one, replace(first.act, aud=wider, texts={}), SIGN)
    report = report_on(story.file, story.root)
    assert "verify.not-a-member" in codes(report)
    assert report.verdict is Verdict.INVALID


def test_a_word_of_another_thread_has_no_effect_in_this_one() -> None:
    """THREAD-4, among members: it is told apart, and takes nothing from what is right."""
    story = told()
    _, other = story.case.parties
    first = story.case.statements[story.subject][0]
    alone = Act(type=SETTLED, net=story.case.net, case=first.sid, aud=(), seen=(first.sid,))
    word = put_in(story, other, alone)
    report = report_on(story.file, story.root)
    assert (report.verdict, report.phase) == (Verdict.VALID, "answered")
    (rule,) = (
        each for each in report.checks if (each.check, each.about.statement) == ("rules", word.sid)
    )
    assert "THREAD-4" in rule.why.en
    assert report.story[-2].statement == word.sid
