"""Closes after one answer."""
from _peer import accept, hear, stay

peer = accept()
peer.sendall(b"Enter your command please")
peer.sendall(hear(peer))
peer.close()
stay()
