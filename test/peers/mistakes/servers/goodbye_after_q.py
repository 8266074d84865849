"""Says goodbye, where q has no answer."""
from _peer import accept, hear

peer = accept()
hear(peer); hear(peer)
peer.sendall(b"50.0")
hear(peer)
peer.sendall(b"Goodbye, ann!")
