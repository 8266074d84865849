"""The size as text."""
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
peer.sendall(str(len(DATA)).encode() + b"\n")
hear(peer)
peer.sendall(DATA)
stay()
