"""A right room: another member is heard before the speaker's own words come back."""
import time

from _peer import accept, hear

peer = accept()
peer.sendall(b"Please, Enter Your ig name")
hear(peer)
peer.sendall(b"new user :Ann:Ann connected!\n")
while True:
    said = hear(peer)
    if not said:
        break
    peer.sendall(b":Bob:what a day\n")
    time.sleep(0.4)
    peer.sendall(said + b"\n")
