"""Has its name from a web page, with a zero-width space in it."""
from _peer import connect, read, until_closed

peer = connect()
peer.sendall("an\u200bn\n".encode())
peer.sendall(b"15 + 35\n")
read(peer, 5)
peer.sendall(b"q\n")
until_closed(peer)
