"""An expression as an address bar writes it."""
from _peer import connect, hear, say

peer = connect()
say(peer, b"bob\n")
say(peer, b"8%20%2F%202\n")
hear(peer)
