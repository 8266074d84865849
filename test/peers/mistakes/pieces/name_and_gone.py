"""Says its name and leaves."""
from _peer import connect, say

peer = connect()
say(peer, b"bob\n")
