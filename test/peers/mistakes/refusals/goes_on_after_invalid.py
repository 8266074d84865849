"""Does not look at the answer to its token."""
from _peer import connect, hear, say

peer = connect()
say(peer, b"server4")
try:
    say(peer, b"server.txt")
    hear(peer); hear(peer)
except OSError:
    pass
