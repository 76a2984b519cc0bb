"""Sentences of the area assistance."""

SENTENCES: dict[str, tuple[str, str]] = {}
