"""Sentences of the area demo."""

SENTENCES: dict[str, tuple[str, str]] = {}
