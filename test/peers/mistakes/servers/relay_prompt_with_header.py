"""A length before the prompt."""
from _peer import accept, hear, stay

peer = accept()
hear(peer)
peer.sendall(b"\x0e\0\0\0Message please")
stay()
