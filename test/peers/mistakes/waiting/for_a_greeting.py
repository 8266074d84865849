"""Waits for a greeting that the relay does not give."""
from _peer import connect, hear

peer = connect()
hear(peer)
