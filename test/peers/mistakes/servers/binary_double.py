"""The result as eight bytes."""
import struct

from _peer import accept, hear, stay

peer = accept()
hear(peer); hear(peer)
peer.sendall(struct.pack("<d", 50.0))
stay()
