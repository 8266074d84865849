"""JSON to a binary protocol."""
from _peer import connect, hear, say

peer = connect()
say(peer, b'{"email":"lu@example.org"}')
hear(peer)
