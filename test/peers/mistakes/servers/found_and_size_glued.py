"""found and the size in one packet."""
import struct, time

from _peer import accept, hear, stay

DATA = b"line of a file\n" * 380

def begin(peer):
    hear(peer)
    peer.sendall(b"valid")
    hear(peer)

peer = accept()
begin(peer)
peer.sendall(b"found" + struct.pack("<i", len(DATA)))
hear(peer)
peer.sendall(DATA)
stay()
