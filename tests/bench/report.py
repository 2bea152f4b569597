"""What a benchmark prints: a JSON line a figure on stdout for whoever reads it by program, progress on stderr for people."""

import json
import sys


def report(**figures: object) -> None:
    """Print one line of figures."""
    sys.stdout.write(json.dumps(figures) + "\n")
    sys.stdout.flush()


def tell(text: str) -> None:
    """Say how far the run is."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
