"""struct { char; short; } with padding that was never written."""
from _peer import connect, hear, say

peer = connect()
say(peer, b"Q\xcc\x0e\0lu@example.org")
hear(peer)
