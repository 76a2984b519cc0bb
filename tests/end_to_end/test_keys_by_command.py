"""Keys are changed on one of two nodes that serve, by command, and both go on."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from .nodes import Node, Pair, comity, pair_in, until


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """Two nodes that serve."""
    with pair_in(tmp_path_factory.mktemp("keys")) as made:
        yield made


def sets(pair: Pair, at: str) -> int:
    node = pair.a if at == "a" else pair.b
    told = node.told("keys", "show", "--of", pair.a.party)
    return len(told["sets"])


def test_a_serving_node_changes_its_keys_and_is_understood(pair: Pair, tmp_path: Path) -> None:
    """Nothing is started again: the peer learns of it, requests and receipts go on."""
    case = pair.ask()
    pair.step(pair.b, "acknowledge", case)
    kept, after = tmp_path / "next.bin", tmp_path / "after.bin"
    (pair.a.folder / "next-key.bin").rename(kept)
    told = pair.a.told("keys", "rotate", "--next", kept, "--out", after)
    assert after.exists()
    assert told["next_key"] == str(after)
    until(lambda: sets(pair, "b") == 2)
    second = pair.ask()
    pair.step(pair.b, "acknowledge", second)
    pair.a.told("keys", "compromised", "--size", str(told["index"]), "--key", "sign")
    for each in (case, second):
        pair.settle(each)
    for node in pair.ends:
        for each in (case, second):
            # Its peer's log shows by and by that what stands below the change is of its history.
            until(lambda node=node, each=each: verdict(pair, node, each, tmp_path) == "VALID")  # type: ignore[misc]
    for node in pair.ends:
        assert node.told("fsck")["ok"] is True


def verdict(pair: Pair, node: Node, case: str, folder: Path) -> str:
    """Export a case and return what the verifier makes of it."""
    out = folder / f"{node.folder.name}.comity"
    if node.spoken("export", case, "--out", out).returncode:
        return ""
    return str(json.loads(comity("verify", out, "--root", pair.root, "--json").stdout)["verdict"])


def test_people_are_told_what_is_in_force_in_both_languages(pair: Pair) -> None:
    """And what to do with the next key."""
    for lang, word in (("en", "in force"), ("zh", "现行")):
        told = pair.a.spoken("keys", "show", lang=lang)  # type: ignore[arg-type]
        assert told.returncode == 0, told.stderr
        assert word in told.stdout
    refused = pair.a.spoken("keys", "rotate")
    assert refused.returncode != 0
    assert "--next" in refused.stderr
