"""What a party says: bytes, keys, signatures, bodies.  No input or output.

Read in this order: ``model``, ``cbor``, ``reading``, ``keys``, ``envelope``, ``body``,
``act``, ``text``, ``subject``, ``seal``, ``blob``.
"""
