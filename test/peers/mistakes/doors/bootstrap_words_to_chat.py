"""Says the words of a bootstrap to a chat."""
from _peer import connect, hear, say

peer = connect()
hear(peer)
say(peer, b"REGISTRN,127.0.0.1,1236,pdf,server1")
hear(peer)
