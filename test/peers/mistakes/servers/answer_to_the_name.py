"""Greets, where a name has no reply."""
from _peer import accept, hear, stay

peer = accept()
peer.sendall(b"Hello " + hear(peer))
stay()
