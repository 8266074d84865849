"""Prints its answers to a file object, which is emptied when the program ends."""
from _peer import accept, hear

peer = accept()
f = peer.makefile("w")
hear(peer)
try:
    while text := hear(peer).decode():
        print(float(eval(text)), file=f)
except KeyboardInterrupt:
    f.close()
