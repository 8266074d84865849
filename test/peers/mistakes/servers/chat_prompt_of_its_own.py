"""Another prompt."""
from _peer import accept, hear, stay

peer = accept()
peer.sendall(b"Enter your name: ")
hear(peer)
stay()
