"""Sentences of the area parties."""

SENTENCES: dict[str, tuple[str, str]] = {}
