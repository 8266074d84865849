"""A path of Windows."""
from _peer import connect, hear, say

peer = connect()
hear(peer)
say(peer, b"C:\\new\\notes"); hear(peer)
say(peer, b"close"); hear(peer)
