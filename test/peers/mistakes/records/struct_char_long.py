"""struct { char; long; }."""
from _peer import connect, hear, say

peer = connect()
say(peer, b"Q" + b"\0" * 7 + b"\x0e" + b"\0" * 7 + b"lu@example.org")
hear(peer)
