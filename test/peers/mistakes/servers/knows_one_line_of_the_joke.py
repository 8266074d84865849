"""Knows one line of the joke."""
from _peer import accept, hear

peer = accept()
while hear(peer): peer.sendall(b"Who's there?")
