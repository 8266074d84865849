"""recv() once more before its loop: the first expression is lost."""
from _peer import accept, hear, read

peer = accept()
read(peer, len(b"netlab"))
read(peer, len(b"15 + 35"))
while text := hear(peer).decode():
    if text != "q":
        peer.sendall(str(float(eval(text))).encode())
