"""One party's node: its log, its keys, its officers' statements and its peers'.

Read in this order: ``node``, ``writer``, ``register``, ``submit``, ``receive``,
``threads``, ``operations``.
"""
