"""Sends each message back to the one who said it."""
from _peer import accept, hear

peer = accept()
name = hear(peer)
peer.sendall(b"Message please")
while heard := hear(peer): peer.sendall(name + b": " + heard.split(b"|")[0])
