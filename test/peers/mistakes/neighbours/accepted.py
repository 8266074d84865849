"""A right reverse server whose own word for yes is longer."""
from _peer import accept, hear

peer = accept()
peer.sendall(b"ACCEPTED\n")
while said := hear(peer):
    peer.sendall(said)
