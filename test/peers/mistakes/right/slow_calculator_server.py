"""Takes its time."""
import time

from _peer import accept, hear, read

peer = accept()
read(peer, len("netlab"))
while (text := hear(peer).decode().split()) and text != ["q"]:
    time.sleep(0.5)
    peer.sendall(str(float(text[0]) + float(text[2])).encode())
