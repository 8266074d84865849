"""The size first, then found."""
import struct

from _peer import accept, hear, stay

peer = accept()
hear(peer)
peer.sendall(b"valid")
hear(peer)
peer.sendall(struct.pack("<i", 5700) + b"found")
stay()
