"""Says nothing after the login."""
from _peer import accept, hear, stay

peer = accept()
peer.sendall(b"Please, Enter Your ig name")
hear(peer); hear(peer); stay()
