"""An echo server, where a calculator is due."""
from _peer import accept, hear

peer = accept()
peer.sendall(b"Enter your command please")
while text := hear(peer):
    peer.sendall(text)
