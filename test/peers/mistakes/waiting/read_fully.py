"""read(1024) of a buffered file waits for 1024 bytes."""
from _peer import connect, hear, say

peer = connect()
hear(peer)
say(peer, b"hello\n")
peer.makefile("rb").read(1024)
