"""Number, operator and number by println() each, in one write."""
from _peer import connect, hear, say

peer = connect()
say(peer, b"ann\n")
say(peer, b"15\n+\n35\n"); hear(peer); hear(peer)
