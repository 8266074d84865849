"""Waits for encryption, and answers with an alert."""
from _peer import accept, hear, stay

peer = accept()
hear(peer)
peer.sendall(bytes.fromhex("15030300020246"))
peer.close()
stay()
