"""Edges: Postgres and Kafka as the processes use them; they know the models, and no process."""
