"""Requests for assistance: one party asks another for help with a cyber incident.

Reading order: ``README.md``, ``schema.py`` (what is said), ``profiles.py`` and
``profiles/*.json`` (agreed settings, as data), ``fields.py`` (what a request contains),
``request.py`` (the state), ``moves.py`` (the table of moves), ``rules.py`` (judge and
fold), ``clocks.py`` (who owes what by when).
"""
