"""pickle.dumps() of what is to be sent."""
import pickle

from _peer import connect, hear, say

peer = connect()
say(peer, pickle.dumps("bob"))
say(peer, pickle.dumps("8 / 2"))
hear(peer)
