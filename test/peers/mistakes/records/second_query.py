"""Two queries over one connection."""
from _peer import connect, hear, say

peer = connect()
say(peer, b"Q\x0elu@example.org")
hear(peer)
try:
    say(peer, b"Q\x0elu@example.org")
    hear(peer)
except OSError:
    pass
