"""readline() for valid."""
from _peer import connect, say

peer = connect()
say(peer, b"server3")
peer.makefile().readline()
