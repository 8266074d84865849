"""The address alone, as a line."""
from _peer import connect, hear, say

peer = connect()
say(peer, b"lu@example.org\n")
hear(peer)
