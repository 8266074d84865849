"""Echoes up to the first blank."""
from _peer import accept, hear, stay

peer = accept()
peer.sendall(b"Enter your command please")
while text := hear(peer):
    peer.sendall(text.split()[0])
stay()
