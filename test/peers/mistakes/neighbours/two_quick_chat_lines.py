"""Two lines, one after the other."""
import time

from _peer import connect, hear, say

peer = connect()
hear(peer); say(peer, b":Eve:eve"); hear(peer)
peer.sendall(b":Eve:hi"); time.sleep(0.2)
peer.sendall(b":Eve:there"); time.sleep(0.2)
hear(peer)
