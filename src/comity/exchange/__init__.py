"""Node to node over HTTP: what arrives (``inbound``), what goes out (``courier``).

Read in this order: ``delivery``, ``problems``, ``signatures``, ``inbound``, ``transport``,
``peer_client``, ``courier``, ``server``.
"""
