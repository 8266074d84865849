"""The other half of the joke."""
from _peer import accept, hear

peer = accept()
hear(peer); peer.sendall(b"Who's there?")
peer.sendall(hear(peer) + b" who?")
hear(peer); peer.sendall(b"Ha!")
