"""Says the words of a bootstrap to a relay."""
from _peer import connect, hear, say

peer = connect()
say(peer, b"DISCOVERY")
hear(peer)
