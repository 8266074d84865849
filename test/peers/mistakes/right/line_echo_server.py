"""Ends its lines."""
from _peer import accept, hear

peer = accept()
peer.sendall(b"Enter your command please\n")
while text := hear(peer):
    if text == b"close":
        peer.sendall(b"Closing...\n")
        break
    peer.sendall(text + b"\n")
