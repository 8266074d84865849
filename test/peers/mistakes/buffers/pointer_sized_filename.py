"""The first 8 bytes of a filename."""
from _peer import connect, hear, say

peer = connect()
say(peer, b"server3")
hear(peer)
say(peer, b"server.t")
hear(peer)
