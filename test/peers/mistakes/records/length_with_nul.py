"""strlen() + 1 in the length, and the NUL goes along."""
from _peer import connect, hear, say

peer = connect()
say(peer, b"Q\x0flu@example.org\0")
hear(peer)
