"""Sends and sends, and ends no message."""
from _peer import connect, until_closed

peer = connect()
peer.sendall(b"x" * 70_000)
until_closed(peer)
