"""Witnessed: a fact apart from delivered, in a case, on paper, in a file and to the verifier."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from comity.app.operations import table_of
from comity.capabilities.assistance.words_case import case as words
from comity.errors import RuleError
from comity.node import export as exporting
from comity.node.node import Node
from comity.node.operations import found, vkeys
from comity.node.tests.world import World, world
from comity.verify.report import Report
from comity.verify.verifier import verify_file
from threats.hostile import visit

from .nodes import Node as Served
from .nodes import Pair, until


def policy(nodes: list[Node], threshold: int) -> str:
    """Return a policy as an operator writes it."""
    lines = ["# who must have cosigned"]
    for number, node in enumerate(nodes):
        lines.append(f"witness W{number}  {vkeys(node.keeping.own)['witness']}")
    names = " ".join(f"W{number}" for number in range(len(nodes)))
    return "\n".join([*lines, f"group all-of-us {threshold} {names}", "quorum all-of-us", ""])


@pytest.fixture
def trio(tmp_path: Path) -> Iterator[World]:
    """Three nodes under a charter that asks for two witnesses, and a case between two of them."""
    with world(tmp_path, "abc", agreed=False) as made:
        first, *others = made.nodes.values()
        told = found(
            first,
            names={"en": "Joint"},
            members=[each.party for each in others],
            settle=0,
            quorum=policy(list(made.nodes.values()), 2),
        )
        made.mechanism = str(told["subject"])
        made.pump()
        for each in others:
            table_of(each)["mechanism.accede"](subject=made.mechanism)
            made.pump()
        yield made


def shown(made: World, name: str, subject: str) -> dict[str, Any]:
    """Return a case as ``assistance show --json`` does."""
    return made.ask(name, "show", subject=subject)


def facts(case: dict[str, Any]) -> list[tuple[str, int, int, bool | None]]:
    """Return the witnesses of each receipt of the first statement."""
    return [
        (each["log"], *(each["witnessed"][key] for key in ("by", "of", "quorum")))
        for each in case["statements"][0]["receipts"]
    ]


def exported(made: World, name: str, subject: str, path: Path) -> Report:
    """Export a case and verify it."""
    told = exporting.export(made.nodes[name], subject, str(path))
    return verify_file(path, str(told["root"]))


def witnessed(report: Report) -> set[tuple[str, str]]:
    """Return what was found of witnesses, with its code."""
    return {(each.finding.value, each.code) for each in report.checks if each.check == "witnessed"}


def test_a_case_says_by_how_many_its_receipts_are_witnessed(trio: World, tmp_path: Path) -> None:
    """Nobody, then one, then both others; delivered from the first, and VALID all the time."""
    subject = trio.request("a", "b").hex()
    trio.pump()
    case = shown(trio, "a", subject)
    assert case["facts"]["delivered"]
    assert {each[1:] for each in facts(case)} == {(0, 2, False)}
    report = exported(trio, "a", subject, tmp_path / "none.comity")
    assert (report.verdict, witnessed(report)) == (
        "VALID",
        {("not-checked", "verify.not-witnessed")},
    )

    a, b, c = (trio.nodes[name] for name in "abc")
    visit(a, b)
    one = {each[0]: each[1:] for each in facts(shown(trio, "a", subject))}
    assert one == {a.party: (1, 2, False), b.party: (0, 2, False)}
    for _ in range(3):
        for here in (a, b, c):
            for there in (a, b, c):
                if here is not there:
                    visit(here, there)
    case = shown(trio, "a", subject)
    assert {each[1:] for each in facts(case)} == {(2, 2, True)}
    text = words(case, "en"), words(case, "zh")
    assert "witnessed by 2 of 2: what the charter asks for" in text[0]
    assert "2方中2方见证，已达章程所定" in text[1]
    report = exported(trio, "a", subject, tmp_path / "both.comity")
    assert report.verdict == "VALID"
    assert ("holds", "verify.witnessed-quorum") in witnessed(report)
    assert any("Witnessed by 2 of 2" in line for line in report.lines("en"))
    assert exported(trio, "b", subject, tmp_path / "b.comity").verdict == "VALID"


def spoiled(change: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let an exporter put other lines into its files."""
    honest = exporting.shown_heads

    def lying(*given: Any) -> Any:
        heads, lines, proofs = honest(*given)
        return heads, {key: change(each) for key, each in lines.items()}, proofs

    monkeypatch.setattr(exporting, "shown_heads", lying)


def test_a_wrong_cosignature_is_reported(
    trio: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is false is told; what is merely absent takes nothing away."""
    subject = trio.request("a", "b").hex()
    trio.pump()
    a, b = trio.nodes["a"], trio.nodes["b"]
    visit(a, b)
    with monkeypatch.context() as patched:
        spoiled(lambda lines: lines.replace("A", "B", 1).replace("AAAAAA", "AAAAAB", 1), patched)
        report = exported(trio, "a", subject, tmp_path / "wrong.comity")
        assert report.verdict == "INVALID"
        assert any(finding == "does-not-hold" for finding, _ in witnessed(report))
    with monkeypatch.context() as patched:
        stranger = trio.nodes["c"].keeping.own.witness.name.replace("comity", "elsewhere")
        spoiled(lambda lines: lines.replace(b.keeping.own.witness.name, stranger), patched)
        report = exported(trio, "a", subject, tmp_path / "stranger.comity")
        assert report.verdict == "VALID"
        assert ("not-checked", "verify.witness-stranger") in witnessed(report)


def test_a_receipt_never_changes_for_a_witness(trio: World) -> None:
    """Ruling 10: byte for byte the same, before and after."""
    trio.request("a", "b")
    trio.pump()
    a, b = trio.nodes["a"], trio.nodes["b"]
    before = [a.keeping.ledger.receipt(at) for at in range(a.keeping.ledger.size)]
    visit(a, b)

    assert [a.keeping.ledger.receipt(at) for at in range(a.keeping.ledger.size)] == before


def test_a_founder_signs_no_quorum_with_other_keys(trio: World) -> None:
    """MECH-7, before anything is signed."""
    a, b, c = (trio.nodes[name] for name in "abc")
    wrong = policy([a, b], 1).replace(
        str(vkeys(b.keeping.own)["witness"]),
        replace(b.keeping.own.witness.note_keys[0], key=c.keeping.own.witness.ed25519).vkey,
    )
    size = a.keeping.ledger.size
    with pytest.raises(RuleError, match="MECH-7"):
        found(a, names={"en": "X"}, members=[b.party], quorum=wrong)
    assert a.keeping.ledger.size == size
    assert json.dumps(vkeys(a.keeping.own))


def test_two_serving_nodes_witness_each_other(served: Pair) -> None:
    """Two processes, within seconds of a delivery; and no delivery waits for it."""
    case = served.ask()

    def seen_by(node: Served) -> set[tuple[int, int]]:
        told = node.told("assistance", "show", case)["statements"][0]["receipts"]
        return {(each["witnessed"]["by"], each["witnessed"]["of"]) for each in told}

    until(lambda: [seen_by(node) for node in served.ends] == [{(1, 1)}, {(1, 1)}])
    for node in served.ends:
        assert all(each["forks"] == [] for each in node.told("parties")["parties"])
