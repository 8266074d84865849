"""Waits for the end of the query."""
from _peer import accept, until_closed

peer = accept()
until_closed(peer)
