"""Sentences of the area exchange."""

SENTENCES: dict[str, tuple[str, str]] = {}
