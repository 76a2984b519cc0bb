"""Sentences of the area fold."""

SENTENCES: dict[str, tuple[str, str]] = {}
