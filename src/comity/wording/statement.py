"""Sentences of the area statement."""

SENTENCES: dict[str, tuple[str, str]] = {}
