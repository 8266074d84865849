"""Reads lines, where none come."""
from _peer import accept, line_of

peer = accept()
line_of(peer)
