"""What this build does on this machine, next to what the machine itself can do.

Nothing here is shipped, and no test asserts a speed.  Reading order: ``figures.py``,
``limits.py``, ``machine.py``, ``pair.py``, ``registering.py``, ``exchanging.py``,
``http_clients.py``, ``rounds.py``, ``__main__.py``.
"""
