"""Who called: the terminal of a command, with the folder of its node."""

import os
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from comity.app.desks import open_desk
from comity.errors import FormatError
from comity.kit.desk import Desk
from comity.kit.language import Language
from comity.kit.terminal import Terminal

NODE_VARIABLE: Final = "COMITY_NODE"


class Caller(Terminal):
    """A terminal that knows which node it means, and closes its desk at the end."""

    def __init__(self, lang: Language, folder: Path | None = None) -> None:
        """Remember the language; the folder may be named later, by ``--node``."""
        super().__init__(self._opened, lang)
        self.folder = folder
        self._held = ExitStack()

    def _opened(self) -> Desk:
        named = self.folder or os.environ.get(NODE_VARIABLE)
        if named is None:
            raise FormatError("cli.no-node")
        return self._held.enter_context(open_desk(Path(named)))

    def close(self) -> None:
        """Close the desk, if one was opened."""
        self._held.close()
