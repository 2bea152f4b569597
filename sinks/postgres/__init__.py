"""Postgres: the ledger that the fold writes, the schema's migrations, and the views that everybody reads."""
