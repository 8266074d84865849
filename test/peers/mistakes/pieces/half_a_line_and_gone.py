"""Half a line."""
from _peer import connect, say

peer = connect()
say(peer, b"bob\n")
say(peer, b"8 / ")
