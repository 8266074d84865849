"""A text with the backspaces of its typing."""
from _peer import connect, hear, say

peer = connect()
hear(peer); say(peer, b"teh\x08\x08he end"); hear(peer)
say(peer, b"close"); hear(peer)
