"""pickle.dumps() of a tuple."""
import pickle

from _peer import connect, hear, say

peer = connect()
say(peer, pickle.dumps(("server3", "server.txt"), protocol=5))
hear(peer)
