"""writeUTF() of the result."""
from _peer import accept, hear, stay

peer = accept()
hear(peer); hear(peer)
peer.sendall(b"\0\x0450.0")
stay()
