"""A name in ISO-8859-1."""
from _peer import accept, hear

peer = accept()
hear(peer)
peer.sendall(b"R\x0bRen\xe9 Muster")
peer.close()
