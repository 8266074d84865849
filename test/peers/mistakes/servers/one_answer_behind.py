"""Answers with the result before."""
from _peer import accept, hear

peer = accept()
hear(peer)
before = b"0.0"
while hear(peer):
    peer.sendall(before)
    before = b"50.0"
