"""JSON where the token is due."""
from _peer import connect, hear, say

peer = connect()
say(peer, b'{"token":"server3","file":"server.txt"}\n')
hear(peer)
