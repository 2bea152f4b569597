"""Writes what is made from the code and never edited: pages of the plans, schemas, references. A module a kind of document.

Each is a function of the code it describes, so a test that compares it with the file finds whatever changed behind its page.
"""
