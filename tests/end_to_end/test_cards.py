"""Cards as strangers make them: a node meets the honest ones and stores nothing of the others."""

from pathlib import Path

import pytest

from comity.node.founding import NewNode, found_node

from .handmade import SMALL_ORDER, card
from .nodes import Node, founded, spoken

PURPOSES = ("log", "node", "receipt", "sign", "transport", "witness")


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Node:
    """A node that meets whoever comes; no process serves it."""
    return founded(tmp_path_factory.mktemp("cards") / "node")


def refused(node: Node, path: Path, *names: str) -> None:
    """Check that a card is refused by a process, in both languages, and leaves nothing behind."""
    before = node.told("parties"), node.told("doctor")["log_size"]
    answers = [node.spoken("meet", path, lang=lang) for lang in ("zh", "en")]
    assert [each.returncode for each in answers] == [1, 1]
    for answer in answers:
        assert all(name in answer.stderr for name in names), answer.stderr
        assert len(answer.stderr.strip().splitlines()) == 1
        assert answer.stdout == ""
    assert any("\u4e00" <= letter <= "\u9fff" for letter in answers[0].stderr)
    assert (node.told("parties"), node.told("doctor")["log_size"]) == before


def test_a_card_made_by_hand_from_the_specification_is_met(node: Node, tmp_path: Path) -> None:
    """So that what is refused below is refused for its key, and for nothing else."""
    path = tmp_path / "honest.card"
    path.write_text(card("Made by hand"))

    assert node.run("meet", path).returncode == 0
    assert "Made by hand" in str(node.told("parties"))


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_key_of_small_order_is_refused_whatever_it_is_for(
    node: Node, tmp_path: Path, purpose: str
) -> None:
    """Security T13: each of its fourteen encodings, before any signature is looked at."""
    for number, (name, encoding) in enumerate(SMALL_ORDER.items()):
        path = tmp_path / f"{number}.card"
        path.write_text(card(f"Small {number}", **{purpose: bytes.fromhex(encoding)}))
        zh, en = (node.spoken("meet", path, lang=lang) for lang in ("zh", "en"))
        assert (zh.returncode, en.returncode) == (1, 1), name
        assert f"“{purpose}”：密钥不安全" in zh.stderr, name
        assert f"“{purpose}”: The key is unsafe" in en.stderr, name
    refused(node, path, "key.weak")
    told = node.run("meet", path, lang="zh")
    assert (told.returncode, told.stdout) == (1, "")
    assert "key.weak" in told.stderr


@pytest.mark.parametrize("spot", [0.1, 0.3, 0.5, 0.7, 0.9])
def test_a_card_with_one_changed_character_is_refused(
    node: Node, tmp_path: Path, spot: float
) -> None:
    """Somewhere in the armour; the notes are for the eye and may change."""
    text = card("Changed")
    at = 14 + int((len(text) - 14) * spot)
    other = "A" if text[at] not in "A\n" else "B"
    path = tmp_path / "changed.card"
    path.write_text(text[:at] + other + text[at + 1 :])

    refused(node, path)


def test_a_demonstrations_card_and_ones_own_are_refused(node: Node, tmp_path: Path) -> None:
    """A demonstration is none of a real node's parties, and neither is it itself."""
    found_node(NewNode(folder=tmp_path / "demo", names={"en": "X (demo)"}, demo=True))
    for folder, code in ((tmp_path / "demo", "parties.is-demo"), (node.folder, "parties.own-card")):
        path = tmp_path / f"{code}.card"
        assert spoken("--node", folder, "card", "--out", path).returncode == 0
        refused(node, path, code)


def test_a_card_in_another_form_of_text_is_still_the_card(node: Node, tmp_path: Path) -> None:
    """Sent by mail, a card may gain a mark of byte order, other line ends, and notes."""
    path = tmp_path / "mailed.card"
    text = card("Mailed")
    path.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n# note\r\n").encode())

    assert node.spoken("meet", path).returncode == 0


def test_a_card_that_is_too_long_is_refused(node: Node, tmp_path: Path) -> None:
    """However much somebody hands over."""
    path = tmp_path / "long.card"
    path.write_text("comity-card/1\n" + "A" * 10_000_000)

    refused(node, path)
