"""Length first, then the type."""
from _peer import connect, hear, say

peer = connect()
say(peer, b"\x0eQlu@example.org")
hear(peer)
