"""Sends on the text alone, without the name of its speaker."""
from _peer import accept, hear

peer = accept()
peer.sendall(b"Please, Enter Your ig name")
hear(peer)
peer.sendall(b"new user :Ann:Ann connected!\n")
while heard := hear(peer): peer.sendall(heard.split(b":", 2)[2])
