"""Asks for the file before it has shown its token."""
from _peer import connect, hear, say

peer = connect()
say(peer, b"second.txt"); hear(peer)
