"""println("") first: an empty line for a name."""
from _peer import connect, hear, say

peer = connect()
say(peer, b"\r\n")
hear(peer)
