"""What was said, in order, provably: trees, heads, receipts.  No input or output.

Read in this order: ``merkle``, ``tree``, ``tiles``, ``note``, ``checkpoint``, ``receipt``,
``cosign``, ``quorum``, ``equivocation``.
"""
