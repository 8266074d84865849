"""A backslash and a zero as the end of a string."""
from _peer import connect, hear, say

peer = connect()
say(peer, b"server3\\0")
hear(peer)
