"""The result as eight bytes, the high byte first."""
import struct

from _peer import accept, hear, stay

peer = accept()
hear(peer); hear(peer)
peer.sendall(struct.pack("!d", 50.0))
stay()
