"""Sentences of the area node."""

SENTENCES: dict[str, tuple[str, str]] = {}
