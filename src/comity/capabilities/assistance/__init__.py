"""Requests for assistance: one party asks another for help with a cyber incident.

Reading order: ``README.md``; ``schema.py`` (what is said); ``profile.py``, ``profiles.py``
and ``profiles/*.json`` (agreed settings, as data); ``shapes.py`` and ``fields.py`` (what a
request contains); ``request.py`` (the state); ``moves.py`` (the table of moves);
``ruling.py`` (the rules); ``rules.py`` (judge and fold), with ``judgements.py`` and
``effects.py``; ``clocks.py`` (who owes what by when).
"""
