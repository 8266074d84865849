"""Q and the address, no length."""
from _peer import connect, hear, say

peer = connect()
say(peer, b"Qlu@example.org")
hear(peer)
