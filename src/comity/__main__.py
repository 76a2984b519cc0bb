"""``python -m comity``: the same as the command ``comity``."""

from comity.app.cli import main

main()
