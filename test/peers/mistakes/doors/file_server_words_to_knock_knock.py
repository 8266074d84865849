"""Says the words of a file-server to a knock-knock."""
from _peer import connect, hear, say

peer = connect()
say(peer, b"server3")
hear(peer)
