"""Definitions in words, Vietnamese and English, so that a supervisor can hold them against the plan's sentence.

Pure, and total over the grammar: whatever a definition can say has words, and no code of the engine's shows through.
"""

from models.words.figures import conditions_in_words, indicator_in_words, rows_in_words
from models.words.glossary import Glossary
from models.words.lexicon import load_lexicon
from models.words.targets import definition_in_words, glossary_of, goal_in_words

__all__ = [
    "Glossary",
    "conditions_in_words",
    "definition_in_words",
    "glossary_of",
    "goal_in_words",
    "indicator_in_words",
    "load_lexicon",
    "rows_in_words",
]
