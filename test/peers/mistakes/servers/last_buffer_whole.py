"""The last buffer is sent whole."""
import struct, time

from _peer import accept, hear, stay

DATA = b"line of a file\n" * 380

def begin(peer):
    hear(peer)
    peer.sendall(b"valid")
    hear(peer)

peer = accept()
begin(peer)
peer.sendall(b"found")
time.sleep(0.1)
peer.sendall(struct.pack("<i", len(DATA)))
hear(peer)
for at in range(0, len(DATA), 1000):
    peer.sendall(DATA[at : at + 1000].ljust(1000, b"\0"))
stay()
