"""Who is there?"""
from _peer import accept, hear, stay

peer = accept()
hear(peer)
peer.sendall(b"Who is there?")
stay()
