"""The length is one too small."""
from _peer import connect, hear, say

peer = connect()
say(peer, b"Q\x0dlu@example.org")
hear(peer)
