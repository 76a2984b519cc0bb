"""What a serving node writes down: one line of JSON for each event, whatever the event says.

What others sent may stand in a message; as JSON in ASCII it can neither begin a line of its own
nor move a terminal's cursor (security threat T38).
"""

import json
import logging
from datetime import UTC, datetime


class JournalLine(logging.Formatter):
    """Writes an event as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of an event."""
        told = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info and record.exc_info[0] is not None:
            told["error"] = record.exc_info[0].__name__
        return json.dumps(told)


def start_journal() -> None:
    """Write warnings and errors of this process to its standard error, as such lines."""
    handler = logging.StreamHandler()
    handler.setFormatter(JournalLine())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
