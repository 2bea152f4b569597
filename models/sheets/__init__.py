"""Sheets (CSV) of facts as events: what a column means, how a cell is read, which event a row becomes.

Pure: the same row with the same options is the same event, byte for byte, so a file may be sent again.
"""
