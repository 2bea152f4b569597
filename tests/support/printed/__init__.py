"""Histories of the counts that the plans print, and the figures that they give."""
