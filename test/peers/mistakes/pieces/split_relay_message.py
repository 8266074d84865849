"""Message, bar and user in sends of their own."""
import time

from _peer import connect, hear, say, stay

peer = connect()
say(peer, b"bob"); hear(peer)
for text in (b"hello", b"|", b"alice"):
    peer.sendall(text); time.sleep(0.25)
stay()
