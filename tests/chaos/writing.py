"""One write path of a node, in a process of its own, for ``test_crash_points`` to kill.

    python writing.py PATH FOLDER

It prints ``ready`` before the first write that counts and, once something is acknowledged,
``ack`` and what.  After a failure it asks once more, and says ``again`` if that went through.
"""

import os
import sys
from pathlib import Path

from chaos.crash_world import Copy


def say(*words: str) -> None:
    """Print a line at once, past every buffer."""
    os.write(1, (" ".join(words) + "\n").encode())


def main(path: str, folder: str) -> None:
    """Run one write path."""
    copy = Copy(Path(folder))
    say("ready")
    try:
        for told in copy.paths[path]():
            say("ack", told)
    except Exception as error:
        say("failed", getattr(error, "code", type(error).__name__))
        if path in {"append", "careless", "receipt", "cosign"}:
            # Whoever asks again must be refused: what is on disk is not known any more.
            for told in copy.append():
                say("ack", told)
                say("again")
        raise
    copy.close()
    say("end")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except Exception:  # noqa: BLE001 - whatever it was, the process ends here
        # A node that cannot write does not close in good order either.
        os._exit(3)
