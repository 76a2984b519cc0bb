"""Who may speak: parties, their keys and addresses, and the mechanisms they found.

Read in this order: ``speech``, ``inception``, ``policy``, ``address``, ``charter``,
``mechanism``, ``directory``, ``card``, ``words``.
"""
