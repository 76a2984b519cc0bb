"""Sentences of the area log."""

SENTENCES: dict[str, tuple[str, str]] = {}
