"""Sentences of the area cbor."""

SENTENCES: dict[str, tuple[str, str]] = {}
