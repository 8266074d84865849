"""Sends nothing back to who spoke."""
from _peer import accept, hear

peer = accept()
peer.sendall(b"Please, Enter Your ig name")
hear(peer); peer.sendall(b"new user :Ann:Ann connected!\n")
while hear(peer): pass
