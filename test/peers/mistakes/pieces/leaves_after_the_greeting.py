"""Reads the greeting, and dies."""
from _peer import connect, hear

peer = connect()
hear(peer)
