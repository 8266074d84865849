"""A length of two bytes."""
from _peer import accept, hear

peer = accept()
hear(peer)
peer.sendall(b"R\0\x0eLou S. Example")
peer.close()
