"""Comity: one party asks another, the other answers, and each can prove it."""
