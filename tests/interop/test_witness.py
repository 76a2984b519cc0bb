"""Other projects' witness cosigns a node's head, and their client has a node cosign one."""

import json
from hashlib import sha256
from pathlib import Path
from signal import SIGKILL

import pytest

from comity.log.checkpoint import cosignatures
from comity.log.note import parse_vkey
from comity.log.quorum import parse_quorum
from comity.node.outside import FILE
from end_to_end.nodes import founded, until

from .conftest import Log, Two
from .programs import Omniwitness, c2sp, fetched, key_name, run


@pytest.mark.parametrize("known_by", ["log", "log-pq"])
def test_a_third_party_witness_cosigns_the_head_of_a_node(
    two: Two, tmp_path: Path, known_by: str
) -> None:
    """It knows the log by one key or the other; both of its lines hold for us, and for others."""
    two.pair.rest()
    with Omniwitness(tmp_path).serving(two.a.vkeys[known_by]) as witness:
        told = c2sp("submit", two.a.url, two.a.vkeys["log"], witness.url, "0", *witness.vkeys)

    assert told["signers"] == list(map(key_name, witness.vkeys))
    head = two.a.checkpoint
    keys = [parse_vkey(vkey) for vkey in witness.vkeys]
    assert set(cosignatures(head + told["lines"], keys)) == set(keys)
    for vkey in witness.vkeys:
        policy = two.policy(f"witness W {vkey}", quorum="W")
        assert parse_quorum(policy.read_text()).met_by({witness.NAME})
        assert c2sp("check", policy, two.file("checkpoint", head + told["lines"]))["signers"]
        assert run("c2sp", "check", policy, two.file("checkpoint", head)).returncode == 1


@pytest.mark.parametrize("which", [0, 1], ids=["ed25519", "mldsa44"])
def test_a_node_brings_its_heads_to_a_third_party_witness(
    two: Two, tmp_path: Path, which: int
) -> None:
    """What the operator named cosigns, is served, and satisfies the same policy elsewhere."""
    omni, node = Omniwitness(tmp_path), founded(tmp_path / "c", "Ministry C")
    vkeys, vkey = node.told("card")["vkeys"], omni.vkeys[which]
    named = f"witness W {vkey} {omni.url}/\nquorum W\n"
    (node.folder / FILE).write_text(named)
    logs = "".join(f"log {vkeys[kind]}\n" for kind in ("log", "log-pq"))
    log = Log(node=node, vkeys=vkeys)
    policy = two.file("policy", logs + named)

    def size(*, least: int = 0) -> int:
        """Return the size of the served head, once others' code finds it cosigned."""
        path = two.file("checkpoint", log.checkpoint)
        ended = run("c2sp", "check", policy, path)
        told = json.loads(ended.stdout) if ended.returncode == 0 else {"size": 0}
        return int(told["size"]) if told["size"] > least else 0

    with omni.serving(vkeys["log"]):
        node.start()
        try:
            until(size)
            first = size()
            node.told("meet", two.pair.a.folder.parent / "a.card")
            node.told("mechanism", "found", "--name-en", "Joint", "--member", two.pair.a.party)
            until(lambda: size(least=first))
            keys = [parse_vkey(vkey), *map(parse_vkey, vkeys.values())]
            assert parse_vkey(vkey) in cosignatures(log.checkpoint, keys)
            outside = [e for e in node.told("doctor")["checks"] if e["name"] == "outside"]
            assert [(e["ok"], e["by"], e["of"]) for e in outside] == [(True, 1, 1)]
        finally:
            node.stop(SIGKILL)


def test_a_third_party_client_has_a_node_cosign_a_head(two: Two) -> None:
    """Each of the answers that it knows is the one it expects; both lines hold for others' code."""
    keys = two.a.vkeys["witness"], two.a.vkeys["witness-pq"]
    asked = (two.b.url, two.b.vkeys["log"], two.a.witness)
    two.pair.ask()
    two.pair.rest()

    stale = c2sp("submit", *asked, "1", *keys)
    assert 1 < stale["stale"] <= stale["size"]
    done = c2sp("submit", *asked, str(stale["stale"]), *keys)
    assert done["signers"] == list(map(key_name, keys))
    assert c2sp("submit", *asked, str(done["size"]), *keys)["signers"]
    unknown = c2sp("submit", two.a.url, two.a.vkeys["log"], two.a.witness, "0", *keys)
    assert unknown["refused"] == "unknown log"
    assert c2sp("submit", *asked, str(done["size"] + 1), *keys)["refused"] == "old size > current"


def test_what_a_node_cosigned_is_found_by_the_hash_of_the_origin(two: Two) -> None:
    """The monitoring path of tlog-witness; others' code finds both parties' signatures there."""
    two.pair.rest()
    name = sha256(two.b.origin.encode()).hexdigest()
    _, body = fetched(f"{two.a.witness}/{name}/checkpoint")
    keys = [two.b.vkeys["log"], two.b.vkeys["log-pq"]]
    for kind in ("witness", "witness-pq"):
        lines = [
            *(f"log {each}" for each in keys),
            f"witness A {two.a.vkeys[kind]}",
            "quorum A",
            "",
        ]
        policy = two.file("policy", "\n".join(lines))
        told = c2sp("check", policy, two.file("checkpoint", body.decode()))
        assert told["origin"] == two.b.origin
        assert key_name(two.a.vkeys[kind]) in told["signers"]
