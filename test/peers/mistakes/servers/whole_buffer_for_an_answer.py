"""The whole buffer of 100 bytes."""
from _peer import accept, hear, stay

peer = accept()
hear(peer); hear(peer)
peer.sendall(b"50.0".ljust(100, b"\0"))
stay()
