"""What figures are made of, from the rows that the ledger keeps: the way back from tables to panes, register and counts.

Whoever restores only some of the measures may ask only for figures that are made of those.
"""

from collections.abc import Mapping, Sequence

from models.changes import StoredBook
from models.definitions import ListRow
from models.facts import SubjectId
from models.figures import Kept, Sources
from models.measures import by_measure
from models.panes import PaneTable
from models.register import Register
from models.subjects import Subject, registrations


def sources_of(lists: Mapping[str, Sequence[ListRow]], stored: StoredBook) -> Sources:
    """Return the panes, the register and the counts of kept facts of a province."""
    sources = Sources(PaneTable(), Register(lists), Kept())
    for measure, panes in by_measure(stored.panes).items():
        sources.panes.add_all(measure, panes)
    for (fact_type, agency), count in stored.kept.items():
        sources.kept.add(fact_type, agency, count)
    for (kind, key, part), encoded in stored.registers.items():
        subject = Subject(SubjectId(kind, key))
        subject.load(part, encoded)
        sources.register.update(key, registrations(subject))
    return sources
