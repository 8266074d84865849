"""strlen() + 1."""
from _peer import accept, hear

peer = accept()
peer.sendall(b"Enter your command please\0")
while text := hear(peer):
    peer.sendall(text + b"\0")
