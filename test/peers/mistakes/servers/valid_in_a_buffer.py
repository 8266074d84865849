"""valid in 32 bytes."""
from _peer import accept, hear, stay

peer = accept()
hear(peer)
peer.sendall(b"valid".ljust(32, b"\0"))
hear(peer)
stay()
