"""7,5 * 2."""
from _peer import connect, hear, say

peer = connect()
say(peer, b"bob\n")
say(peer, b"7,5 * 2\n"); hear(peer)
