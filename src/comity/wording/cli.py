"""Sentences of the area cli."""

SENTENCES: dict[str, tuple[str, str]] = {}
