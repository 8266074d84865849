"""The name alone."""
from _peer import accept, hear

peer = accept()
hear(peer)
peer.sendall(b"Lou S. Example")
peer.close()
