"""The fault harness: Apache Kafka, Postgres and workers as processes, struck by a seeded schedule of faults while events flow.

`python -m tests.chaos` ends with one JSON line; every row of the tables is compared with what the topics say, read again.
"""
