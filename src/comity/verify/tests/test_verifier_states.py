"""What is told beside the verdict: the state an author saw, and who said a node's word."""

from collections.abc import Iterable
from functools import partial

import pytest

from comity.casefile.content import StatementContent
from comity.errors import ProofError
from comity.fold.entry import Said
from comity.fold.state import state_before
from comity.fold.thread import tell
from comity.parties.charter import ground_of
from comity.parties.inception import NODE, SIGN
from comity.parties.mechanism import fold as fold_mechanism
from comity.registry import capability_of
from comity.statement.act import Act
from comity.statement.envelope import parse
from comity.statement.model import PartyId, StatementId, SubjectId
from comity.verify.checks import Check, Finding, Verdict
from comity.verify.report import Report
from comity.verify.tests.casefile_builder import SETTLED, Story, told
from comity.verify.tests.repacking import report_on


def said_of(contents: Iterable[StatementContent], subject: SubjectId) -> list[Said]:
    """Return statements as a fold sees them."""
    return [
        Said(
            id=each.sid,
            issuer=PartyId(parse(each.encoded).header.issuer),
            subject=subject,
            act=each.act,
            claimed_at=0,
            by_node=False,
        )
        for each in contents
    ]


def saw(story: Story) -> bytes:
    """Return the hash of the state in which the builder's next statement is said."""
    case, subject = story.case, story.subject
    (founding,) = (each for each in case.statements if each != subject)
    mechanism = fold_mechanism(
        tell(said_of(case.statements[founding], founding), [each.id for each in case.parties]).told
    )
    assert mechanism.charter is not None
    said = said_of(case.statements[subject], subject)
    telling = tell(said, [each.id for each in case.parties])
    capability = capability_of(said[0].act.type)
    assert capability is not None
    fold = partial(capability.fold, ground=ground_of(mechanism.charter))
    return state_before(telling, fold(telling.told), [said[-1].id], fold)


def checks_of(report: Report, name: str, sid: StatementId) -> list[Check]:
    """Return the checks of one name about one statement."""
    return [each for each in report.checks if (each.check, each.about.statement) == (name, sid)]


def with_word(state: bytes | None, purpose: str = NODE) -> tuple[Story, StatementId]:
    """Return a case that ends with a word of the second party's node."""
    story = told()
    act = Act(type=SETTLED, net=story.case.net, state=state)
    last = story.case.say(story.case.parties[1], act, subject=story.subject, purpose=purpose)
    return story, last.sid


def test_a_state_that_follows_holds() -> None:
    """The author's program and this one agree; who names none is not asked."""
    story = told()
    act = Act(type=SETTLED, net=story.case.net, state=saw(story))
    last = story.case.say(story.case.parties[1], act, subject=story.subject, purpose=NODE)
    report = report_on(story.file, story.root)
    assert report.verdicts == (Verdict.VALID,)
    (check,) = checks_of(report, "state", last.sid)
    assert check.finding is Finding.HOLDS
    assert [each for each in report.checks if each.check == "state"] == [check]


def test_another_state_is_told_and_the_verdict_stays() -> None:
    """Ruling 20: a diagnosis, in both languages, whatever the author's program did."""
    story, last = with_word(bytes(32))
    report = report_on(story.file, story.root)
    assert (report.verdicts, report.exit_code) == ((Verdict.VALID,), 0)
    (check,) = checks_of(report, "state", last)
    assert (check.finding, check.code) == (Finding.NOT_CHECKED, "verify.state-differs")
    for lang, word in (("en", "another state"), ("zh", "状态")):
        assert any(word in line for line in report.lines(lang))
    (rule,) = checks_of(report, "rules", last)
    assert (rule.finding, rule.why.en) == (Finding.HOLDS, "")


@pytest.mark.parametrize("long", [False, True])
def test_a_state_that_cannot_be_told_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, *, long: bool
) -> None:
    """Something before it is missing, which has its own say; or the thread is too long."""
    story, last = with_word(bytes(32))
    if long:
        monkeypatch.setattr("comity.fold.state.MOST_RETOLD", 2)
        wanted: tuple[Verdict, ...] = (Verdict.VALID,)
    else:
        del story.case.statements[story.subject][-2]
        wanted = (Verdict.VALID_WITH_GAPS,)
    report = report_on(story.file, story.root)
    assert report.verdicts == wanted
    (check,) = checks_of(report, "state", last)
    assert check.code == "verify.state-not-told"


@pytest.mark.parametrize("purpose", [NODE, SIGN])
def test_it_is_told_whose_key_signed_a_nodes_word(purpose: str) -> None:
    """THREAD-5 says what a node's key may sign; an officer's may sign that too, and it is told."""
    story, last = with_word(None, purpose)
    report = report_on(story.file, story.root)
    assert report.verdict is Verdict.VALID
    (check,) = checks_of(report, "rules", last)
    told_so = check.code == "verify.said-by-officers"
    assert (check.finding, told_so) == (Finding.HOLDS, purpose == SIGN)


@pytest.mark.parametrize("fault", ["log.receipt-signature", "log.receipt-checkpoint"])
def test_a_fault_of_the_head_is_told_of_the_head(
    monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    """The receipt's own signature is over the head; inclusion then rests on nothing."""
    story = told()
    data = story.file
    first = story.case.statements[story.subject][0]

    def broken(*_: object) -> None:
        raise ProofError(fault, origin="somebody's log")

    monkeypatch.setattr("comity.verify.logs.verify_receipt", broken)
    report = report_on(data, story.root)
    heads = checks_of(report, "head", first.sid)
    assert {(each.finding, each.code) for each in heads} == {(Finding.FAILS, fault)}
    entries = checks_of(report, "inclusion", first.sid)
    assert {each.finding for each in entries} == {Finding.NOT_CHECKED}
