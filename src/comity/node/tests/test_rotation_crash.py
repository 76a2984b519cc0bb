"""A node that dies while its keys change comes back with one set of keys: the log says which."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from comity.node.key_operations import rotate
from comity.node.keyring import NEXT_KEY
from comity.node.rotation import STAGED, STAGED_NEXT
from comity.node.tests.world import world

STEPS = (
    "comity.node.rotation:save_next",
    "comity.node.rotation:save_ring",
    "comity.node.rotation:sync_folder",
    "comity.node.register:Register.take",
    "comity.node.ledger:Ledger.extend",
    "comity.node.keeping:Keeping.knows",
    "comity.node.guard:Guard.admit",
    "comity.node.rotation:place",
)
DYING = """
import os, signal, sys
from importlib import import_module
from pathlib import Path
from comity.node.key_operations import rotate
from comity.node.node import open_node

folder, step, after = Path(sys.argv[1]), sys.argv[2], sys.argv[3] == "after"
node = open_node(folder)
name, _, path = step.partition(":")
owner = import_module(name)
*parents, last = path.split(".")
for each in parents:
    owner = getattr(owner, each)
real = getattr(owner, last)

def dies(*arguments, **named):
    if after:
        real(*arguments, **named)
    os.kill(os.getpid(), signal.SIGKILL)

setattr(owner, last, dies)
rotate(node)
"""


@pytest.mark.parametrize("when", ["before", pytest.param("after", marks=pytest.mark.long)])
@pytest.mark.parametrize("step", STEPS)
def test_whenever_it_is_killed_one_set_of_keys_is_left(
    tmp_path: Path, step: str, when: str
) -> None:
    """The node signs again at once, and the next key on disk is the one that is committed to."""
    with world(tmp_path, "a", agreed=False) as made:
        made.close("a")
        ended = subprocess.run(
            [sys.executable, "-c", DYING, str(tmp_path / "a"), step, when],
            check=False,
            env={**os.environ},
            capture_output=True,
        )
        assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()[-500:]
        node = made.open("a")
        assert node.keeping.ledger.quarantine is None
        ring: Any = node.keeping.keys.signing
        assert ring["sign"].public.kid == node.keeping.own.keys["sign"].kid
        assert not (tmp_path / "a" / STAGED).exists()
        assert not (tmp_path / "a" / STAGED_NEXT).exists()
        count = len(node.keeping.own.sets)
        assert (tmp_path / "a" / NEXT_KEY).exists()
        rotate(node)
        assert len(node.keeping.own.sets) == count + 1
