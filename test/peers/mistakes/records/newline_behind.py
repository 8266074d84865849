"""fgets() has left the newline in the address."""
from _peer import connect, hear, say

peer = connect()
say(peer, b"Q\x0elu@example.org\n")
hear(peer)
