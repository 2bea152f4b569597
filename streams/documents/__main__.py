"""`python -m streams.documents`: write every document anew, and remove those of what is gone."""

import sys

from streams.documents.made import DEPLOY, made, there


def main() -> None:
    """Write what differs, and say what was written."""
    documents = made()
    for gone in there() - documents.keys():
        (DEPLOY / gone).unlink()
    for name, text in documents.items():
        path = DEPLOY / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    main()
