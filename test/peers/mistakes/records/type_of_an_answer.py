"""A query with the type of an answer."""
from _peer import connect, hear, say

peer = connect()
say(peer, b"R\x0eluke@gmail.com"); hear(peer)
