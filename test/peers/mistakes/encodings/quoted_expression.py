"""The quotes go out too."""
from _peer import connect, hear, say

peer = connect()
say(peer, b"bob")
say(peer, b'"8 / 2"')
hear(peer)
