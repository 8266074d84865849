"""A pickle."""
import pickle

from _peer import accept, hear, stay

peer = accept()
hear(peer); hear(peer)
peer.sendall(pickle.dumps(50.0))
stay()
