"""What a node tells and what the verifier tells of its file is the same."""

from dataclasses import replace
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pytest

from comity.casefile.container import open_archive
from comity.casefile.layout import Folder, place_of
from comity.casefile.write import Sealing, write_case
from comity.node import export as exporting
from comity.node.loading import load_said
from comity.node.tests.world import World, forge, parcel, world
from comity.node.threads import load_thread
from comity.parties.card import read_card
from comity.statement.model import StatementId, SubjectId, subject_urn
from comity.verify.checks import Finding, Verdict
from comity.verify.report import Report
from comity.verify.verifier import verify_file, verify_stream


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


def test_an_exporters_heads_are_proved_to_continue_one_another(tmp_path: Path) -> None:
    """Each head of its log in the file, from the one before; whatever the log took meanwhile."""
    with world(tmp_path, "ab") as made:
        subject = made.request("a", "b")
        made.pump()
        made.request("b", "a")
        made.tick()
        made.ask("b", "acknowledge", subject=subject_urn(subject))
        made.tick()
        a = made.nodes["a"]
        files = [tmp_path / each for each in ("one.comity", "two.comity")]
        exporting.export(a, subject.hex(), str(files[0]))
        made.request("b", "a")
        made.tick()
        exporting.export(a, subject.hex(), str(files[1]))
        assert files[0].read_bytes() == files[1].read_bytes()
        report = verify_file(files[0], made.net.hex())
        assert report.verdict is Verdict.VALID
        assert {each.finding for each in report.checks if each.check == "state"} == {Finding.HOLDS}
        with files[0].open("rb") as file:
            places = [place_of(each) for each in open_archive(file).entries if "/" in each]
        heads = {
            each.size
            for each in places
            if each and each.folder is Folder.HEADS and each.party == a.party
        }
        card = read_card(a.card_text())
        sizes = sorted(heads | {card.inception_receipt.size, card.node_receipt.size})
        assert len(sizes) > 3
        proofs = [each for each in places if each and each.folder is Folder.CONSISTENCY]
        assert {each.party for each in proofs} == {a.party}
        assert sorted((each.old, each.size) for each in proofs) == list(pairwise(sizes))
        found = [each.finding for each in report.checks if each.check == "consistency"]
        assert found == [Finding.HOLDS] * (len(sizes) - 1)
