"""One subject as one file that anyone can check: container, manifest, what stands where.  Pure.

Reading order: ``container`` (the archive, byte for byte), ``manifest`` (what is in it),
``layout`` (paths and their meaning), ``content`` (what an exporter hands over), ``reading``
and ``readme`` (for people, not evidence), ``write``.
"""
