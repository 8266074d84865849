"""What an earlier message left comes back too."""
from _peer import accept, hear

peer = accept()
peer.sendall(b"Enter your command please")
buffer = bytearray(64)
while text := hear(peer):
    buffer[: len(text)] = text
    peer.sendall(buffer[: buffer.index(0)])
