"""UTF-16."""
from _peer import accept, hear, stay

peer = accept()
hear(peer); hear(peer)
peer.sendall("50.0".encode("utf-16"))
stay()
