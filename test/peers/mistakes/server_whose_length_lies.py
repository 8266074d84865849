"""A file server that tells the size of its buffer instead of the file's."""
import struct
import time

from _peer import listen

connection, _ = listen().accept()
connection.recv(1024)
connection.sendall(b"valid")
connection.recv(1024)
connection.sendall(b"found")
time.sleep(0.05)
connection.sendall(struct.pack("<i", 4096))
connection.recv(1024)
connection.sendall(b"x" * 1000)
connection.close()
