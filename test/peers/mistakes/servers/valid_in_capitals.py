"""VALID."""
from _peer import accept, hear, stay

peer = accept()
hear(peer)
peer.sendall(b"VALID")
stay()
