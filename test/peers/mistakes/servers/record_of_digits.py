"""R14Lou S. Example"""
from _peer import accept, hear

peer = accept()
hear(peer)
peer.sendall(b"R14Lou S. Example")
peer.close()
