"""Sends what is said to the others only, while others go on talking."""
import time

from _peer import accept, hear

peer = accept()
peer.sendall(b"Please, Enter Your ig name")
hear(peer)
peer.sendall(b"new user :Ann:Ann connected!\n")
hear(peer)
time.sleep(0.1)
peer.sendall(b":Bob:what a day\n")
while hear(peer):
    pass
