"""What a party says: bytes, keys, signatures, bodies.  No input or output.

Read in this order: ``model``, ``cbor``, ``reading``, ``keys``, ``sign1``, ``envelope``,
``body``, ``act``, ``text``, ``languages``, ``subject``, ``kem``, ``seal``, ``blob``,
``vault``.
"""
