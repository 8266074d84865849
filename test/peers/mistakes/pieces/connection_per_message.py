"""Opens a connection for each message."""
import time

from _peer import connect

for text in (b"server3", b"server.txt", b"Got"):
    peer = connect()
    peer.sendall(text)
    peer.close()
    time.sleep(0.2)
