"""Sentences of the area store."""

SENTENCES: dict[str, tuple[str, str]] = {}
