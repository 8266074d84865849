"""A file server that is more polite than its protocol."""
from _peer import listen

connection, _ = listen().accept()
connection.recv(1024)
connection.sendall(b"Welcome! Your token is valid.")
connection.recv(1024)
