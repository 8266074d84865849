"""A small q."""
from _peer import connect, hear, say

peer = connect()
say(peer, b"q\x0elu@example.org")
hear(peer)
