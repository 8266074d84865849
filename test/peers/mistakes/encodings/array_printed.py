"""println(bytes) in Java prints the array's name."""
from _peer import connect, hear, say

peer = connect()
say(peer, b"[B@1b6d3586\n")
hear(peer)
