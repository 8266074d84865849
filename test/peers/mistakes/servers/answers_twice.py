"""Sends each answer twice."""
from _peer import accept, hear, stay

peer = accept()
hear(peer); hear(peer)
peer.sendall(b"50.0")
peer.sendall(b"50.0")
stay()
