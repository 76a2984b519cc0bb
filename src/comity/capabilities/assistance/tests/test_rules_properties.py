"""What holds for every thread, however its statements cross."""

from collections.abc import Sequence
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from comity.capabilities.assistance.moves import MOVES
from comity.capabilities.assistance.profiles import PROFILES
from comity.capabilities.assistance.request import Phase, Request, Role
from comity.capabilities.assistance.rules import ASSISTANCE, fold, judge
from comity.capabilities.assistance.schema import (
    KINDS,
    Accept,
    Acknowledge,
    Answer,
    Clarify,
    Close,
    Decision,
    Escalate,
    Extend,
    Lapse,
    Payload,
    Progress,
    Quality,
    Rate,
    Refusal,
    Refuse,
    Remark,
    Report,
    Transfer,
    Withdraw,
)
from comity.capabilities.assistance.tests.thread import (
    ASKED,
    ASKER,
    DAY,
    GROUND,
    STRANGER,
    T0,
    Story,
    submit,
)
from comity.fold.entry import Said, Told
from comity.fold.thread import tell
from comity.statement.act import Act
from comity.statement.model import StatementId

Plot = list[tuple[str, Payload, int]]
"""Who says what, and how many of the other's statements they have not seen."""

FEW = settings(max_examples=60, deadline=None)
MANY = settings(max_examples=150, deadline=None)

ADDRESSEE: Sequence[Payload] = (
    Acknowledge(),
    Acknowledge(until=T0 + DAY),
    Clarify(),
    *(Accept(decision=decision) for decision in Decision),
    Refuse(ground="law"),
    Refuse(decision=Refusal.NO_DATA),
    *(Report(status=status) for status in Progress),
    Extend(until=T0 + 40 * DAY),
    Transfer(),
    Answer(),
    Answer(),
    Remark(),
)
REQUESTER: Sequence[Payload] = (
    Clarify(),
    Accept(),
    Withdraw(),
    Withdraw(),
    Rate(quality=Quality.MET),
    Close(),
    Escalate(),
    Lapse(clock="acknowledge", cites=((StatementId(bytes(32)), b"r"),)),
)


@st.composite
def plots(draw: st.DrawFn) -> Plot:
    """Return a plot of up to eight statements after the opening."""
    plot: Plot = []
    for _ in range(draw(st.integers(1, 8))):
        addressee = draw(st.booleans())
        payload = draw(st.sampled_from(ADDRESSEE if addressee else REQUESTER))
        plot.append((ASKED if addressee else ASKER, payload, draw(st.integers(0, 3))))
    return plot


def told_as(plot: Plot, salt: str = "") -> Story:
    """Tell a plot; ``salt`` changes the ids and nothing else."""
    story = Story(salt=salt).say("ask", ASKER, submit())
    unseen: dict[str, int] = {ASKER: 0, ASKED: 0}
    for number, (issuer, payload, missing) in enumerate(plot):
        other = ASKED if issuer == ASKER else ASKER
        theirs = [name for name, each in story.said.items() if each.issuer == other]
        count = max(len(theirs) - missing, unseen[issuer], 1 if other == ASKER else 0)
        unseen[issuer] = count
        seen = theirs[:count][-1:]
        story.say(f"s{number}", issuer, payload, seen=seen)
    return story


def names_without_effect(story: Story) -> dict[str, str]:
    names = {story.id(name): name for name in story.said}
    return {names[sid]: rule.id for sid, rule in story.request.without_effect.items()}


@MANY
@given(plots())
def test_the_outcome_does_not_depend_on_ids(plot: Plot) -> None:
    """ASSIST-3: a hash may decide the order of the telling, never what holds."""
    one, two = told_as(plot, "1"), told_as(plot, "2")
    assert one.request.phase is two.request.phase
    assert names_without_effect(one) == names_without_effect(two)
    assert one.request.outcome == two.request.outcome
    assert len(one.request.ratings) == len(two.request.ratings)
    assert [moved.payload for moved in one.request.moves] == [
        moved.payload for moved in two.request.moves
    ]


@MANY
@given(plots())
def test_statements_without_effect_can_be_left_out(plot: Plot) -> None:
    """Dropping what changed nothing leaves the same request."""
    told = told_as(plot).telling.told
    whole = fold(told, GROUND)
    kept = fold([each for each in told if each.said.id not in whole.without_effect], GROUND)
    assert kept.phase is whole.phase
    assert kept.moves == whole.moves
    assert kept.outcome == whole.outcome
    assert not kept.without_effect


@FEW
@given(plots(), st.randoms())
def test_arrival_order_does_not_matter(plot: Plot, chance: Random) -> None:
    """The same statements in any order tell the same request."""
    story = told_as(plot)
    said = list(story.said.values())
    chance.shuffle(said)
    assert fold(tell(said, story.parties).told, GROUND) == story.request


@FEW
@given(plots(), st.sampled_from([*ADDRESSEE, *REQUESTER, submit()]))
def test_a_stranger_changes_nothing(plot: Plot, payload: Payload) -> None:
    """Once a request is open, only its two parties can move it."""
    story = told_as(plot)
    before = story.request
    story.parties = (ASKER, ASKED)
    story.say("strange", STRANGER, payload)
    strange = story.said["strange"]
    move = Told(said=strange, knew=frozenset(story.id(name) for name in story.said), barred=None)
    assert judge(before, move, GROUND) is not None
    assert story.request.phase is before.phase
    assert story.request.moves == before.moves


@FEW
@given(plots())
def test_what_an_officer_was_allowed_to_say_has_effect(
    plot: Plot,
) -> None:
    """One judge: with everything seen, before signing and after telling it says the same."""
    story = told_as(plot)
    for payload in ADDRESSEE:
        after = told_as(plot).say("last", ASKED, payload)
        rule = after.judge("last")
        assert after.effect("last") == (rule.id if rule else None)
    assert story.request.phase in Phase


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4) | st.binary(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)
WORDS = (
    *("profile", "version", "rules", "decision", "status", "until", "outcome", "ground", "clock"),
    *("cites", "quality", "tlp", "pap", "urgency", "conditions", "caveats", "to"),
)
KEYS = st.sampled_from(WORDS) | st.text(max_size=4)


@st.composite
def acts(draw: st.DrawFn) -> Said:
    kinds = st.sampled_from([*sorted(KINDS), "thread.seen", "delivery.refused", "x.y"])
    party = st.sampled_from([ASKER, ASKED, STRANGER])
    act = Act(
        type=draw(kinds),
        aud=tuple(sorted(draw(st.sets(party)))),
        texts={"en": None} if draw(st.booleans()) else {},
        own=draw(st.dictionaries(KEYS, VALUES, max_size=5)),
    )
    return Said(
        id=StatementId(draw(st.binary(min_size=32, max_size=32))),
        issuer=draw(party),
        subject=told_as([]).said["ask"].subject,
        act=act,
        claimed_at=0,
        by_node=draw(st.booleans()),
    )


@MANY
@given(plots(), st.lists(acts(), max_size=6), st.data())
def test_nothing_makes_the_fold_raise(plot: Plot, wild: list[Said], data: st.DataObject) -> None:
    """Whatever a peer signed: any own part, any links, even circular ones."""
    told = [*told_as(plot).telling.told]
    ids = [each.said.id for each in told] + [each.id for each in wild]
    for said in wild:
        knew = frozenset(data.draw(st.lists(st.sampled_from(ids), max_size=3)))
        place = data.draw(st.integers(0, len(told)))
        move = Told(said=said, knew=knew, barred=None, ignored=data.draw(st.booleans()))
        told.insert(place, move)
    request = fold(told, GROUND)
    assert request.phase in Phase
    for each in told:
        judge(request, each, GROUND)
        ASSISTANCE.judge(Request(), each, GROUND)


def test_every_row_of_the_table_can_be_told() -> None:
    """No line is dead: from each phase that a profile reaches, the parties can go on."""
    assert {row.by for row in MOVES.values()} == set(Role)
    assert {profile_id for profile_id, _ in PROFILES} == set(GROUND.profiles)
