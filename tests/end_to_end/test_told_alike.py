"""What a node tells and what the verifier tells of its file is the same."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest

from comity.casefile.write import Sealing, write_case
from comity.node import export as exporting
from comity.node.loading import load_said
from comity.node.tests.world import World, forge, parcel, world
from comity.node.threads import load_thread
from comity.statement.model import StatementId, SubjectId
from comity.verify.report import Report
from comity.verify.verifier import verify_stream


def whole_file(made: World, name: str, subject: SubjectId) -> Report:
    """Return what the verifier says of all that a node holds on a subject, other threads too."""
    node = made.nodes[name]
    thread = load_thread(node.keeping, subject)
    content = exporting._content(node, thread, frozenset(), "")
    held = [
        exporting._statement(node, said.id, leaf, frozenset())
        for said, leaf, _ in load_said(node.keeping.store, subject, None)
    ]
    told = replace(content.threads[0], statements=tuple(held))
    content = replace(content, threads=(told, *content.threads[1:]))
    out = BytesIO()
    sealing = Sealing(signer=node.signer("sign"), now=node.clock.now())
    write_case(content, sealing, out)
    return verify_stream(out, made.net)


def told_of(report: Report, of: set[StatementId]) -> list[StatementId]:
    """Return the statements of a story that are among these, in its order."""
    return [each.statement for each in report.story if each.statement in of]


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("spoken", [False, True])
def test_two_openings_with_other_audiences_are_told_alike(
    tmp_path: Path, *, late: bool, spoken: bool
) -> None:
    """THREAD-4: the node stays in one thread, and the verifier of its file in the same one."""
    with world(tmp_path, "abc") as made:
        a, b, c = (made.nodes[each] for each in "abc")
        subject = made.request("a", "b")
        first = load_thread(a.keeping, subject).opening
        assert first is not None
        sections = [each for key, each in a.keeping.sections(first.id).items() if key != "act"]
        both = tuple(sorted((b.party, c.party)))
        twin = forge(a, subject, replace(first.act, aud=both), sections)
        if late:
            made.pump()
        made.hand("a", "b", parcel(a, twin, b))
        made.pump()
        if spoken:
            b.tick(b.clock.now() + 3)
        thread = load_thread(b.keeping, subject)
        assert (b.party in {each.issuer for each in thread.said.values()}) == spoken
        assert thread.opening is not None
        assert (thread.opening.id == first.id) == late
        report = whole_file(made, "b", subject)
        held = {first.id, twin, *thread.said}
        apart = sorted(held - set(thread.said))
        assert len(apart) == 1
        order = [each.said.id for each in thread.telling.told]
        assert told_of(report, held) == [*order, *apart]
        assert thread.state is not None
        assert report.phase == thread.state.phase
        reasons = {
            each.about.statement: each.why.en
            for each in report.checks
            if each.check == "rules" and each.about.statement in held
        }
        assert {sid for sid, why in reasons.items() if "THREAD-4" in why} == set(apart)
