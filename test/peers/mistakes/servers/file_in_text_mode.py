"""Reads its file as text, which makes \\n of \\r\\n, and tells the size that stat() gives."""
import struct, time

from _peer import accept, hear, stay

DATA = b"line of a file\r\n" * 380

peer = accept()
hear(peer)
peer.sendall(b"valid")
hear(peer)
peer.sendall(b"found")
time.sleep(0.1)
peer.sendall(struct.pack("<i", len(DATA)))
hear(peer)
peer.sendall(DATA.replace(b"\r\n", b"\n"))
stay()
