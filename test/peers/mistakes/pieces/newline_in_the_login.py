"""fgets() leaves its newline in the name, and the login comes after it."""
from _peer import connect, hear, say

peer = connect()
hear(peer)
say(peer, b":Ann\n:ann\n"); hear(peer)
while hear(peer):
    pass
