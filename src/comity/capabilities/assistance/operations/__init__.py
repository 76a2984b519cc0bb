"""What officers and programs may ask of requests for assistance, by name.

Reading order: ``case.py``, ``saying.py``, ``submitting.py``, ``verbs.py``, ``listing.py``,
``statements.py``, ``showing.py``, ``filenames.py``, ``saving.py``.
"""

from collections.abc import Mapping
from typing import Final

from comity.capabilities.assistance.operations.listing import desk, list_cases
from comity.capabilities.assistance.operations.saving import save
from comity.capabilities.assistance.operations.showing import show
from comity.capabilities.assistance.operations.submitting import draft, form, submit
from comity.capabilities.assistance.operations.verbs import MOVES
from comity.kit.desk import Operation

OPERATIONS: Final[Mapping[str, Operation]] = {
    "assistance.form": form,
    "assistance.draft": draft,
    "assistance.submit": submit,
    "assistance.list": list_cases,
    "assistance.show": show,
    **MOVES,
    "assistance.save": save,
    "assistance.desk": desk,
}
"""Name to the function that does it: ``f(office, **arguments)``."""
