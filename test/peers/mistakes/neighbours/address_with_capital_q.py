"""An address that begins with Q."""
from _peer import connect, hear, say

peer = connect()
say(peer, b"Q\x11Quinn@example.org"); hear(peer)
