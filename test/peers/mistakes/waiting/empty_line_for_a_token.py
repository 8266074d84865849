"""fgets() takes the newline that scanf() left."""
from _peer import connect, hear, say

peer = connect()
say(peer, b"\n")
hear(peer)
