"""Leaves after not found: it has looked at the answer."""
from _peer import connect, hear, say

peer = connect()
say(peer, b"server3"); hear(peer)
say(peer, b"nothing.txt"); hear(peer)
