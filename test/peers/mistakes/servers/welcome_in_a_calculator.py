"""Greets, where the client speaks first."""
from _peer import accept, hear, stay

peer = accept()
peer.sendall(b"Welcome to the calculator\n")
hear(peer); hear(peer)
peer.sendall(b"50.0")
stay()
