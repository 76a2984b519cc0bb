"""The parts of an inspection, in the order in which they are walked."""

from comity.node.inspection.blobs import walk_blobs, walk_database
from comity.node.inspection.log import (
    newest_entries,
    newest_heads,
    walk_heads,
    walk_log,
    walk_receipts,
)
from comity.node.inspection.looks import Part
from comity.node.inspection.rows import walk_deliveries, walk_kept, walk_parties, walk_threads
from comity.node.inspection.witnessing import walk_witnessing

PARTS: tuple[Part, ...] = (
    Part(name="database", walk=walk_database),
    Part(name="log", walk=walk_log, newest=newest_entries),
    Part(name="heads", walk=walk_heads, newest=newest_heads),
    Part(name="receipts", walk=walk_receipts, newest=newest_entries),
    Part(name="threads", walk=walk_threads),
    Part(name="deliveries", walk=walk_deliveries, newest=newest_entries),
    Part(name="parties", walk=walk_parties),
    Part(name="kept", walk=walk_kept),
    Part(name="witnessing", walk=walk_witnessing),
    Part(name="blobs", walk=walk_blobs),
)
