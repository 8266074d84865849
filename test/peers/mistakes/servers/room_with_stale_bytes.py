"""Sends on strlen() of a buffer that it never clears: the end of a longer message stands behind a shorter one."""
from _peer import accept, hear

peer = accept()
peer.sendall(b"Please, Enter Your ig name")
buffer = hear(peer)
peer.sendall(b"new user :Ann:Ann connected!\n")
while heard := hear(peer):
    buffer = heard + buffer[len(heard):]
    peer.sendall(buffer)
