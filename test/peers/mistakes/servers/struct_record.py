"""struct { char; int; }."""
from _peer import accept, hear

peer = accept()
hear(peer)
peer.sendall(b"R\xcc\xcc\xcc\x0e\0\0\0Lou S. Example")
peer.close()
