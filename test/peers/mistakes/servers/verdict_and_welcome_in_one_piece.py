"""The verdict, and a welcome right after it."""
from _peer import accept, hear

peer = accept()
peer.sendall(b"ACCEPTWelcome to the reverse server!")
while said := hear(peer):
    peer.sendall(said)
