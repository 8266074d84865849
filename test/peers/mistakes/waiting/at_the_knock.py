"""Waits to be asked."""
from _peer import connect, hear

peer = connect()
hear(peer)
