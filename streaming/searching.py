"""What search is made of, built once: turns, mining, saved searches, and the encoder they share."""

from dataclasses import dataclass
from typing import Self

from pipeline.store.database import Database
from pipeline.store.saved_searches import SavedSearches
from pipeline.store.turn_mining import TurnMining
from pipeline.store.turn_search import TurnSearch
from pipeline.vectors import SentenceReader


@dataclass(frozen=True, slots=True)
class Searching:
    """Search over one database."""

    turns: TurnSearch
    mining: TurnMining
    saved: SavedSearches

    @classmethod
    def over(cls, database: Database, reader: SentenceReader | None = None) -> Self:
        """Build it; without a reader the encoder is loaded when meaning is first asked for."""
        turns = TurnSearch(database, reader or SentenceReader())
        return cls(turns, TurnMining(database, turns), SavedSearches(database))
