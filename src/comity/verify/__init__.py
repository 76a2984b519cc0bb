"""The independent verifier: a file, a root that the user gives, no node and no network.

Reading order: ``checks`` (what a check can find, and what that makes of the whole),
``bundle`` (the file, byte for byte), ``speakers`` (cards and keys), ``said`` (each statement
by itself), ``logs`` (receipts and heads), ``threads`` (links, charter, rules), ``evidence``,
``roots``, ``verifier`` (all of it in order), ``story`` and ``report``.
"""
