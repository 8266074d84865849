"""Closes after found."""
from _peer import accept, hear, stay

DATA = b"line of a file\n" * 380
peer = accept()
hear(peer); peer.sendall(b"valid"); hear(peer)
peer.sendall(b"found"); peer.close(); stay()
