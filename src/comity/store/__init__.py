"""Where it is kept: one SQLite file and one folder of blobs, and nobody else knows that.

Read in this order: ``sqlite``, ``sql``, ``projections``, ``blobs``.
"""
