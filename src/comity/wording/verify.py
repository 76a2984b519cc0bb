"""Sentences of the area verify."""

SENTENCES: dict[str, tuple[str, str]] = {}
