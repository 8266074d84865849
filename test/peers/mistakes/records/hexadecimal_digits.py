"""The record as hexadecimal digits."""
from _peer import connect, hear, say

peer = connect()
say(peer, b"Q\x0elu@example.org".hex().encode())
hear(peer)
