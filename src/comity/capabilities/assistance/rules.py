"""Rules of requests for assistance: who may say what next.  Pure.

``ASSISTANCE`` is the capability's pure part (``fold.capability.Capability``).
"""
