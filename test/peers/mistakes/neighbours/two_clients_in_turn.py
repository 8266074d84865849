"""Two whole sessions, one after another."""
import time

from _peer import connect, hear, say, until_closed

for name in (b"bob\n", b"eve\n"):
    peer = connect()
    say(peer, name)
    say(peer, b"8 / 2\n"); hear(peer)
    say(peer, b"q\n"); until_closed(peer); peer.close()
    time.sleep(0.1)
