"""Has the filename from a file with a mark."""
from _peer import connect, hear, say

peer = connect()
say(peer, b"server3")
hear(peer)
say(peer, b"\xef\xbb\xbfserver.txt")
hear(peer)
