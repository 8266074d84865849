"""Both texts with writeUTF(), in one packet."""
from _peer import connect, hear, say

peer = connect()
say(peer, b"\0\x03bob\0\x058 / 2")
hear(peer)
