"""Forgets the dots."""
from _peer import connect, read

peer = connect()
peer.sendall(b"Knock knock")
read(peer, len("Try: Knock knock.."))
peer.close()
