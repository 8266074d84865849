"""Prints to a file object, and never flushes."""
from _peer import accept, hear

peer = accept()
f = peer.makefile("w")
hear(peer)
while text := hear(peer):
    print("50.0", file=f)
