"""strlen() of a buffer that begins Q, 0."""
from _peer import connect, hear, say

peer = connect()
say(peer, b"Q")
hear(peer)
